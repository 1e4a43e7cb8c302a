/** Whether the log is as it was written: each entry carries a hash over itself and the one before it. */

import { useEffect } from "preact/hooks";
import { agoText } from "../../core/ago.ts";
import { type Chain, chainWords, readChain } from "../../core/audit.ts";
import { asObject, instant } from "../../core/decode.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { wallNow } from "../clock.ts";
import { Loaded, remedyOf } from "../loaded.ts";
import { verifyAudit } from "./api.ts";
import css from "./audit.module.css";

interface Checked {
  readonly chain: Chain;
  readonly at: Date;
}

/** Checking reads the whole log and is itself noted in it: so often is enough, unless somebody asks. */
const CHECK_EVERY_MS = 3_600_000;

const KEPT = "playhead.audit-chain";

/** What this tab found last, if that is not too long ago. */
function kept(): Checked | null {
  try {
    const found = asObject(JSON.parse(sessionStorage.getItem(KEPT) ?? "null"), "kept");
    const at = instant(found, "at", "kept");
    return Date.now() - at.getTime() < CHECK_EVERY_MS ? { chain: readChain(found.chain), at } : null;
  } catch {
    // Nothing was kept, or by another version of this page: it is checked anew.
    return null;
  }
}

const checked = new Loaded<Checked>(async (signal) => {
  const found = { chain: await verifyAudit(signal), at: wallNow() };
  sessionStorage.setItem(KEPT, JSON.stringify(found));
  return found;
});

function again(): void {
  checked.value.value = null;
  checked.failure.value = null;
  void checked.load();
}

export function ChainState() {
  useEffect(() => {
    checked.value.value ??= kept();
    if (checked.value.value === null) again();
  }, []);
  const known = checked.value.value;
  const failure = checked.failure.value;
  if (failure !== null) return <FailureNotice failure={failure} onRemedy={remedyOf(again)} />;
  const words = known === null ? null : chainWords(known.chain);
  const broken = known?.chain.whole === false;
  return (
    <div class={`${css.chain} ${broken ? css.broken : ""}`} role={broken ? "alert" : "status"}>
      <span class={css.seal}>
        <Icon name={broken ? "warning" : known === null ? "shield" : "shieldCheck"} size={22} />
      </span>
      <p class={css.chainWords}>
        <strong>{words?.title ?? "Checking the log …"}</strong>{" "}
        <span class={css.muted}>
          {words?.hint ?? "Each entry is compared with the one before it."}
          {known !== null && ` Checked ${agoText(known.at, wallNow())}.`}
        </span>
      </p>
      <Button small kind="quiet" disabled={known === null} onClick={again}>
        Check again
      </Button>
    </div>
  );
}
