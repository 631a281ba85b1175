// Where a stream cannot be held, what it would have said is asked for: of the gateway, or, where it does not answer, of the pages.
const LONGEST_MS = 8000;
// A pass that was renewed and is refused again helps nobody for a while.
const RENEW_MS = 60000;

export class Asking {
  constructor(news) {
    this.news = news;
    // A gateway that does not answer is not waited for each time.
    this.isGatewayMute = false;
  }

  // A stream that stood shows that the gateway answers.
  forget() {
    this.isGatewayMute = false;
  }

  async ask(line) {
    const isAsked = !line.isCut && !line.isRefused && !this.isGatewayMute;
    const wasAnswered = isAsked && (await this.askGateway(line));
    if (isAsked) this.isGatewayMute = !wasAnswered;
    return wasAnswered || this.askPages(line);
  }

  async askGateway(line) {
    try {
      const answer = await fetch(`${line.url}${line.path}?once=1&age=${line.age}`, {
        headers: line.headers,
        cache: "no-store",
        signal: AbortSignal.timeout(LONGEST_MS),
      });
      if (!answer.ok) return false;
      line.hearAll(await answer.json());
      return true;
    } catch {
      return false;
    }
  }

  async askPages(line) {
    try {
      const asked = new URLSearchParams({ after: line.mark, age: line.age });
      const answer = await fetch(`${this.news}?${asked}`, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) return void line.end();
      if (!answer.ok) return false;
      const { frames, pass } = await answer.json();
      const isOld = line.isRefused && Date.now() - (this.renewedAt ?? 0) > RENEW_MS;
      if (isOld) this.renewedAt = Date.now();
      line.isRefused = false;
      line.pass = pass;
      line.hearAll(frames);
      return isOld ? "renewed" : true;
    } catch {
      return false;
    }
  }
}
