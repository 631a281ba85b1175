// Builds what the browser loads: bundles of styles and scripts, and one sprite of icons.
// Run from anywhere: node tools/frontend.mjs [--watch]
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { context } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "helpdesk/web/static/src");
const target = join(root, "helpdesk/web/static/dist");
const iconList = join(root, "helpdesk/web/icons/icons.txt");
const iconSet = join(root, "node_modules/lucide-static/icons");
// Compressed, as the browser fetches it.
const LARGEST_SCRIPT_BYTES = 80_000;

async function iconSprite() {
  const lines = (await readFile(iconList, "utf8")).split("\n").map((line) => line.trim());
  const symbols = [];
  for (const line of lines.filter((line) => line && !line.startsWith("#"))) {
    const [name, drawing = name] = line.split("=").map((part) => part.trim());
    symbols.push(await iconSymbol(name, drawing));
  }
  const licence = "<!-- Icons: Lucide, ISC licence, https://lucide.dev/license -->";
  return `<svg xmlns="http://www.w3.org/2000/svg">${licence}\n${symbols.join("\n")}\n</svg>\n`;
}

async function iconSymbol(name, drawing) {
  let svg;
  try {
    svg = await readFile(join(iconSet, `${drawing}.svg`), "utf8");
  } catch {
    throw new Error(`icons.txt names "${drawing}", which the icon set does not have.`);
  }
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const shape = inner.replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"` +
    ` stroke-linecap="round" stroke-linejoin="round">${shape}</symbol>`
  );
}

// The pages put this digest behind each address, so that a browser keeps a file for as long as it is the same.
async function writeVersion() {
  const digest = createHash("sha256");
  const files = (await readdir(target)).filter((name) => /\.(css|js|svg)$/.test(name)).sort();
  for (const name of files) digest.update(name).update(await readFile(join(target, name)));
  await writeFile(join(target, "version.txt"), digest.digest("hex").slice(0, 12));
}

async function refuseLargeScripts(metafile) {
  for (const path of Object.keys(metafile.outputs).filter((path) => path.endsWith(".js"))) {
    const bytes = gzipSync(await readFile(join(root, path))).length;
    if (bytes > LARGEST_SCRIPT_BYTES) {
      throw new Error(`${path} has ${bytes} bytes compressed; the budget is ${LARGEST_SCRIPT_BYTES}.`);
    }
  }
}

function report(metafile) {
  for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
    console.log(`${path}  ${(bytes / 1000).toFixed(1)} kB`);
  }
}

const afterwards = {
  name: "afterwards",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      await writeFile(join(target, "icons.svg"), await iconSprite());
      await copyFile(join(source, "mark.svg"), join(target, "mark.svg"));
      await writeVersion();
      report(result.metafile);
      await refuseLargeScripts(result.metafile);
    });
  },
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const bundles = await context({
  absWorkingDir: root,
  entryPoints: [
    { in: join(source, "css/console.css"), out: "console" },
    { in: join(source, "css/mail-frame.css"), out: "mail-frame" },
    { in: join(source, "css/portal.css"), out: "portal" },
    { in: join(source, "js/console.js"), out: "console" },
    { in: join(source, "js/portal.js"), out: "portal" },
    { in: join(source, "js/writing.js"), out: "writing" },
    { in: join(source, "js/editor.js"), out: "editor" },
    { in: join(source, "js/calls.js"), out: "calls" },
    { in: join(source, "css/chat.css"), out: "chat" },
    { in: join(source, "js/chat.js"), out: "chat" },
    { in: join(source, "js/chats.js"), out: "chats" },
    { in: join(source, "js/live/main.js"), out: "live" },
    { in: join(source, "js/desktop.js"), out: "desktop" },
    { in: join(source, "js/team.js"), out: "team" },
    { in: join(source, "css/wallboard.css"), out: "wallboard" },
    { in: join(source, "js/wallboard.js"), out: "wallboard" },
    { in: join(source, "js/widget.js"), out: "widget" },
    { in: join(source, "js/palette.js"), out: "palette" },
    { in: join(source, "js/search.js"), out: "search" },
  ],
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  legalComments: "eof",
  metafile: true,
  logLevel: "warning",
  plugins: [afterwards],
});
if (process.argv.includes("--watch")) {
  await bundles.watch();
} else {
  try {
    await bundles.rebuild();
  } finally {
    await bundles.dispose();
  }
}
