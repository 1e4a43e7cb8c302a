/** A finding of the doctor: how bad it is, what was seen, what it means, and what mends it. */

import type { ComponentChildren } from "preact";
import type { Finding, Severity } from "../../core/environment.ts";
import { piecesOf, SEVERITY_WORDS } from "../../core/environment-words.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";
import css from "./environment.module.css";

const TONES: Readonly<Record<Severity, Tone>> = { error: "live", warning: "warn", info: "neutral", ok: "accent" };

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <Badge tone={TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge>;
}

interface FindingProps {
  readonly finding: Finding;
  /** Where it was found. */
  readonly where?: ComponentChildren;
}

export function FindingCard({ finding, where }: FindingProps) {
  return (
    <li class={css.finding} data-severity={finding.severity}>
      <div class={css.heading}>
        <SeverityBadge severity={finding.severity} />
        <h3 class={css.subject}>{finding.subject}</h3>
        <code class={css.code}>{finding.code}</code>
      </div>
      <p>{finding.message}</p>
      <p class={css.muted}>{finding.meaning}</p>
      {finding.mend !== null && <Mend mend={finding.mend} />}
      {where !== undefined && <p class={css.where}>{where}</p>}
    </li>
  );
}

/** One line: what was looked at and is well. */
export function FindingLine({ finding }: { readonly finding: Finding }) {
  return (
    <li class={css.line}>
      <SeverityBadge severity={finding.severity} />
      <span class={css.words}>
        <span class={css.what}>{finding.subject}</span> <span class={css.muted}>{finding.message}</span>
      </span>
    </li>
  );
}

/** Words, and commands to copy. */
function Mend({ mend }: { readonly mend: string }) {
  return (
    <p class={css.mend}>
      {piecesOf(mend).map((piece, at) =>
        piece.command ? (
          <span key={at} class={css.command}>
            <code>{piece.text}</code>
            <IconButton small icon="copy" label={`Copy: ${piece.text}`} onClick={() => void copy(piece.text)} />
          </span>
        ) : (
          piece.text
        ),
      )}
    </p>
  );
}

/** Puts a text on the clipboard and says so; where the browser does not allow it, that. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: "It can be pasted now.", icon: "check" });
  } catch {
    toast({ text: "The browser did not allow copying.", hint: "Select the text and copy it.", tone: "danger" });
  }
}
