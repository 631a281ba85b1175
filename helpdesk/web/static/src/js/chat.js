// The chat widget in its frame: the button, the panel, and the conversation in it.
import { Calls } from "./chat/calls.js";
import { Dialogue } from "./chat/dialogue.js";
import { Kept, randomToken } from "./chat/kept.js";
import { Line } from "./chat/line.js";
import { Outbox } from "./chat/outbox.js";
import { Panel } from "./chat/panel.js";
import { Talk } from "./chat/talk.js";
import { View } from "./chat/view.js";

const setup = JSON.parse(document.body.dataset.setup);
const kept = new Kept(setup.chat);
const view = new View(setup);
const token = () => {
  if (!kept.get("token")) kept.set({ token: randomToken() });
  return kept.get("token");
};
const calls = new Calls(setup, token);
const panel = new Panel(setup, kept);
const talk = new Talk({ setup, kept, view, calls, panel, token, parts: { Dialogue, Line, Outbox } });
panel.onOpen = () => talk.begin();
talk.resume();
panel.start();
