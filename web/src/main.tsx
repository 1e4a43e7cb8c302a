import "./ui/fonts.css";
import "./ui/tokens.css";
import "./ui/base.css";
import { render } from "preact";
import { sendWithEvery } from "./net/http.ts";
import { App } from "./portal/app.tsx";
import { startClock } from "./portal/clock.ts";
import { startAhead } from "./portal/player/ahead.ts";
import { startRouter } from "./portal/router.ts";
import { askPresence, presence } from "./portal/session.ts";
import { startTheme } from "./portal/theme.ts";

/** The audit log keeps the page that something was done on, so long at most. */
const PAGE_CHARS_MAX = 200;

sendWithEvery(() => ({ "X-Playhead-Page": location.pathname.slice(0, PAGE_CHARS_MAX) }));
startTheme();
startClock();
startRouter();
startAhead(
  () => (presence.value.status === "somebody" ? presence.value.session : null),
  () => import("./portal/player/page.tsx"),
);
void askPresence();
render(<App />, document.getElementById("app") as HTMLElement);
