// Plain requests to the desk, always with the visitor's token and never with a cookie.
export class Refusal extends Error {
  constructor(status, problem) {
    super([problem?.title, problem?.detail].filter(Boolean).join(" "));
    this.status = status;
    this.field = problem?.field;
    // Asking again may help when nobody was there to answer, or when it was too quick.
    this.passes = status === 0 || status === 429 || status >= 500;
  }
}

export class Calls {
  constructor(setup, token) {
    this.setup = setup;
    this.token = token;
  }

  post(path, body = {}) {
    const isForm = body instanceof FormData;
    return this.call(path, {
      method: "POST",
      body: isForm ? body : JSON.stringify(body),
      headers: isForm ? {} : { "Content-Type": "application/json" },
    });
  }

  async call(path, { headers = {}, ...options } = {}) {
    let answer;
    try {
      answer = await fetch(`/chat/api/${path}`, {
        ...options,
        headers: { ...headers, Authorization: `Bearer ${this.token()}`, "X-Chat-Language": this.setup.language },
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(30000),
      });
    } catch {
      throw new Refusal(0);
    }
    const said = await answer.json().catch(() => null);
    if (!answer.ok) throw new Refusal(answer.status, said);
    return said;
  }
}
