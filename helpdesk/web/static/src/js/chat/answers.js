// What the desk answers by itself to the first words. Nothing is shown where it is not sure, and a person is one step away.
import { make } from "./view.js";

export class Answers {
  // `dialogue` shows fields and buttons; `person` goes on to a person, `anew` to another question.
  constructor({ dialogue, calls, person, anew }) {
    Object.assign(this, { dialogue, calls, person, anew });
    this.words = dialogue.words;
  }

  async to(text, more = {}) {
    const { dialogue } = this;
    dialogue.show(make("p", { className: "event", textContent: this.words.looking, role: "status" }));
    let said = null;
    try {
      said = (await this.calls.post(`${dialogue.setup.chat}/ask`, { text, ...more })).answer;
    } catch {
      // Whoever cannot be answered by the desk is answered by a person.
    }
    if (!said) this.person();
    else if (said.asks_for) this.askFor(said, text);
    else this.show(said);
  }

  askFor({ service, given, asks_for: asked }, text) {
    const { dialogue } = this;
    const then = (value) => {
      dialogue.view.own(value);
      this.to(text, { service, given: { ...given, [asked.name]: value } });
    };
    if (!asked.wrong) dialogue.view.desk(asked.label);
    if (asked.options.length) dialogue.choose({ ask: asked.label, options: asked.options, required: true }, then, this.personButton());
    else dialogue.field({ label: asked.label, why: asked.why, hidden: true, required: true, wrong: asked.wrong, also: this.personButton(), then });
  }

  show(said) {
    const { dialogue } = this;
    dialogue.view.automatic(said);
    if (said.proof) dialogue.given.answered.push(said.proof);
    if (!said.answers) return dialogue.show(make("div", { className: "choices" }, this.personButton()));
    const yes = make("button", { type: "button", className: "choice", textContent: this.words.helped_yes, onclick: () => this.helped(said) });
    const why = make("p", { id: "helped", className: "helped", textContent: this.words.helped });
    const buttons = make("div", { className: "choices", role: "group" }, yes, this.personButton(said));
    buttons.setAttribute("aria-labelledby", "helped");
    dialogue.show(why, buttons);
  }

  helped(said) {
    this.note(said, true);
    this.dialogue.view.desk(this.words.helped_thanks);
    this.anew();
  }

  personButton(said) {
    const act = () => {
      if (said) this.note(said, false);
      this.person();
    };
    return make("button", { type: "button", className: "choice", textContent: this.words.person, onclick: act });
  }

  // Nobody waits for this to be noted.
  note({ key }, yes) {
    this.calls.post(`${this.dialogue.setup.chat}/helped`, { key, yes }).catch(() => {});
  }
}
