// What the console does beyond plain pages; each module minds one thing and does nothing where it is not needed.
import htmx from "htmx.org";
import { startAside, startRedact } from "./aside.js";
import { startChooser } from "./chooser.js";
import { startCode } from "./code.js";
import { startComposer } from "./composer.js";
import { startDrafts } from "./drafts.js";
import { startDue } from "./due.js";
import { startFrames } from "./frames.js";
import { startKeyboard } from "./keyboard.js";
import { startList } from "./list.js";
import { startMarks } from "./marks.js";
import { startPictures } from "./pictures.js";
import { startProperties } from "./properties.js";
import { startRecent } from "./recent.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./times.js";
import { startUi } from "./ui.js";

window.htmx = htmx;

startUi();
startTheme();
startTimes();
startDue();
startFrames();
startPictures();
startList();
startProperties();
startComposer();
startAside();
startRedact();
startDrafts();
startChooser();
startMarks();
startKeyboard();
startRecent();
startCode();
