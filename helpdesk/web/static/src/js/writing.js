// What the composer of a ticket does beyond a plain form; loaded with it alone.
import { startBefore } from "./before.js";
import { startCanned } from "./canned.js";
import { startKept } from "./kept.js";
import { startMentions } from "./mention.js";
import { startRich } from "./rich.js";

startKept();
startCanned();
startMentions();
startRich();
startBefore();
