// The questions before a person is called: one at a time, in the order of the chat's own list, then name and address.
import { Answers } from "./answers.js";
import { make, one } from "./view.js";

export class Dialogue {
  // `done` is given the answers, the first words, name and address; it throws a refusal that names a field.
  constructor({ setup, view, calls, done, writing }) {
    Object.assign(this, { setup, view, done, writing });
    this.words = setup.words;
    this.box = one("asking");
    this.given = { answers: {}, answered: [], text: "", name: "", email: "" };
    this.answers = new Answers({ dialogue: this, calls, person: () => this.askName(), anew: () => this.write() });
  }

  begin() {
    this.view.desk(this.setup.greeting);
    this.ask(0);
  }

  ask(at) {
    const question = this.setup.dialogue[at];
    if (!question) return this.askFirst();
    this.view.desk(question.ask);
    const answered = (said) => {
      if (said) this.view.own(said);
      this.given.answers[question.name] = said;
      this.ask(at + 1);
    };
    if (question.options.length) this.choose(question, answered);
    else this.field({ label: question.ask, hidden: true, required: question.required, then: answered });
  }

  choose(question, answered, ...also) {
    const buttons = question.options.map((label) => make("button", { type: "button", className: "choice", textContent: label, onclick: () => answered(label) }));
    if (!question.required) buttons.push(this.skip(() => answered("")));
    this.show(make("div", { className: "choices", role: "group", ariaLabel: question.ask }, ...buttons, ...also));
  }

  askFirst() {
    this.view.desk(this.words.first);
    this.write();
  }

  write() {
    this.show();
    this.given.answered = [];
    this.writing((text) => {
      this.given.text = text;
      this.view.own(text);
      this.answers.to(text);
    });
  }

  askName() {
    if (this.setup.ask_name === "never") return this.askEmail();
    const required = this.setup.ask_name === "always";
    this.field({ label: this.words.name, why: this.words.name_why, required, autocomplete: "name", then: (name) => {
      this.given.name = name;
      this.askEmail();
    } });
  }

  askEmail(wrong = "") {
    const isAway = this.setup.standing.mode !== "open";
    const required = isAway || this.setup.ask_email === "always" || this.mustHaveEmail;
    if (!required && this.setup.ask_email === "never") return this.finish();
    const why = isAway || this.mustHaveEmail ? this.words.email_needed : this.words.email_why;
    this.field({ label: this.words.email, why, required, wrong, type: "email", autocomplete: "email", value: this.given.email, then: (email) => {
      this.given.email = email;
      this.finish();
    } });
  }

  async finish() {
    this.show(make("p", { className: "event", textContent: this.words.sending, role: "status" }));
    try {
      await this.done(this.given);
      this.show();
    } catch (refusal) {
      if (refusal.field === "email") {
        this.mustHaveEmail = true;
        this.askEmail(refusal.message);
      } else this.failed(refusal);
    }
  }

  failed(refusal) {
    const words = refusal.message || this.words.not_sent;
    const again = make("button", { type: "button", className: "choice", textContent: this.words.again, onclick: () => this.finish() });
    this.show(make("p", { className: "wrong", role: "alert", textContent: words }), again);
    again.focus();
    if (refusal.passes) setTimeout(() => again.isConnected && this.finish(), 5000);
  }

  field({ label, why = "", hidden = false, required, type = "text", autocomplete = "off", value = "", wrong = "", also = null, then }) {
    const input = make("input", { id: "asked", type, autocomplete, value, maxLength: type === "email" ? 320 : 300, required });
    const error = make("p", { id: "asked-wrong", className: "wrong", textContent: wrong, hidden: !wrong });
    error.setAttribute("role", "alert");
    input.setAttribute("aria-describedby", "asked-why asked-wrong");
    const form = make("form", { className: "ask", noValidate: true },
      make("label", { htmlFor: "asked", textContent: label, className: hidden ? "sr-only" : "" }),
      why ? make("p", { id: "asked-why", className: "why", textContent: why }) : make("span", { id: "asked-why" }), error,
      make("div", { className: "ask-row" }, input, make("button", { className: "go", textContent: this.words.go_on }), required ? also : this.skip(() => then(""))),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = input.value.trim();
      if ((required && !said) || (said && !input.checkValidity())) {
        error.textContent = said ? input.validationMessage : this.words.required;
        error.hidden = false;
        input.setAttribute("aria-invalid", "true");
        input.focus();
      } else then(said);
    });
    this.show(form);
  }

  skip(act) {
    return make("button", { type: "button", className: "skip", textContent: this.words.skip, onclick: act });
  }

  show(...elements) {
    const hadFocus = this.box.contains(document.activeElement);
    this.box.replaceChildren(...elements);
    this.view.toEnd();
    if (hadFocus || this.mayFocus) this.box.querySelector("input, button")?.focus();
    this.mayFocus = true;
  }
}
