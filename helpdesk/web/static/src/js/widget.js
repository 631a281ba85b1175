// The one script that a site includes: <script src=".../chat/widget.js" data-key="council" async></script>.
// It makes a frame of the desk and sizes it; all else happens in the frame, out of reach of the page (and the page out of its).
(() => {
  const script = document.currentScript ?? document.querySelector("script[data-key][src*='/chat/widget.js']");
  if (!script || window.__deskChat) return;
  window.__deskChat = true;
  const origin = new URL(script.src, location.href).origin;
  const { key, language, theme, label } = script.dataset;
  if (!key) return;
  const lang = (language || document.documentElement.lang || "").slice(0, 2);

  const asked = new URL(`/chat/frame/${encodeURIComponent(key)}`, origin);
  if (lang) asked.searchParams.set("lang", lang);
  if (theme) asked.searchParams.set("theme", theme);

  const frame = document.createElement("iframe");
  frame.title = label || "Chat";
  frame.allow = "";
  frame.src = asked.href;
  const put = (styles) => Object.assign(frame.style, styles);
  put({
    position: "fixed", insetInlineEnd: "16px", bottom: "16px", inlineSize: "1px", blockSize: "1px",
    maxInlineSize: "100vw", maxBlockSize: "100dvh", border: "0", margin: "0", padding: "0", background: "transparent",
    zIndex: "2147483000", colorScheme: theme === "dark" ? "dark" : theme === "light" ? "light" : "light dark",
  });

  let size = { open: false, width: 1, height: 1 };
  const fit = () => {
    const narrow = window.innerWidth < 480 || window.innerHeight < 420;
    frame.contentWindow?.postMessage({ to: "desk-chat", type: "whole", on: narrow }, origin);
    if (size.open && narrow) {
      put({ insetInlineEnd: "0", bottom: "0", inlineSize: "100vw", blockSize: "100dvh", borderRadius: "0" });
    } else if (size.open) {
      const height = Math.min(640, window.innerHeight - 32);
      put({ insetInlineEnd: "16px", bottom: "16px", inlineSize: "392px", blockSize: `${height}px` });
    } else {
      put({ insetInlineEnd: "8px", bottom: "8px", inlineSize: `${size.width}px`, blockSize: `${size.height}px` });
    }
  };

  // Only our own frame is heard, and only these words of it.
  window.addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    const said = event.data;
    if (!said || said.from !== "desk-chat") return;
    if (said.type === "ready") {
      frame.contentWindow.postMessage({ to: "desk-chat", type: "page", url: location.href }, origin);
    } else if (said.type === "size") {
      size = {
        open: said.open === true,
        width: Math.min(Math.max(Number(said.width) || 1, 1), 400),
        height: Math.min(Math.max(Number(said.height) || 1, 1), 200),
      };
      fit();
    }
  });
  window.addEventListener("resize", fit);

  // A site may open the chat from a link or button of its own.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-open-chat]") : null;
    if (!link) return;
    event.preventDefault();
    frame.contentWindow?.postMessage({ to: "desk-chat", type: "open" }, origin);
    frame.focus();
  });

  const show = () => document.body.append(frame);
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show);
})();
