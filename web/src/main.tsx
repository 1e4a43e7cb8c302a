import "./ui/fonts.css";
import "./ui/tokens.css";
import "./ui/base.css";
import { render } from "preact";
import { App } from "./portal/app.tsx";
import { startClock } from "./portal/clock.ts";
import { startRouter } from "./portal/router.ts";
import { askPresence } from "./portal/session.ts";
import { startTheme } from "./portal/theme.ts";

startTheme();
startClock();
startRouter();
void askPresence();
render(<App />, document.getElementById("app") as HTMLElement);
