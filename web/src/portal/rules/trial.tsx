/** What rules would have done in the last days, each with a link to where it can be watched. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { desktopMomentText } from "../../core/analytics-words.ts";
import type { Trial } from "../../core/rule-sets.ts";
import { clockText, shortDayText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Counted } from "../../ui/counted.tsx";
import { Select } from "../../ui/field.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { placeAddress } from "../analytics/moments.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import { tryRules } from "./api.ts";
import css from "./rules.module.css";

const DAYS: readonly (readonly [days: string, text: string])[] = [
  ["1", "The last day"],
  ["7", "The last 7 days"],
  ["30", "The last 30 days"],
];

/** More are counted, and not listed. */
const LISTED_MAX = 200;

interface TrialProps {
  readonly session: Session;
  readonly text: string;
  readonly isWrong: boolean;
}

export function TrialSection({ session, text, isWrong }: TrialProps) {
  const [days, setDays] = useState("7");
  const [tried, setTried] = useState<{ readonly text: string; readonly trial: Trial } | null>(null);
  const doing = useDoing();
  const run = (): void =>
    void doing.run(async () => {
      const trial = await tryRules(session, text, Number(days), new AbortController().signal);
      setTried({ text, trial });
    });
  const failure = doing.failure.value;
  return (
    <Section
      title="Would have matched"
      hint="The rules as they stand above, run over what is stored of the agents you may see. Nothing is done."
    >
      <div class={css.bar}>
        <Select label="Over" value={days} options={DAYS} onChange={setDays} />
        <Button icon="play" busy={doing.busy.value} disabled={isWrong} onClick={run}>
          Try the rules
        </Button>
        {tried !== null && tried.text !== text && <span class={css.hint}>The rules have changed since.</span>}
      </div>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(run)} />}
      {tried !== null && <Found trial={tried.trial} />}
    </Section>
  );
}

function Found({ trial }: { readonly trial: Trial }) {
  const now = new Date();
  if (trial.items.length === 0) {
    return (
      <Empty
        icon="search"
        title="Nothing would have matched"
        hint="Controls' texts, hidden windows and hashed titles are not stored, so that rules about them can only be seen at work."
      />
    );
  }
  return (
    <>
      <ul class={css.sums}>
        {trial.rules.map((one) => (
          <li key={one.name}>
            <strong>{one.name}</strong> <span class="figures">{one.firings.toLocaleString("en")} times</span>
          </li>
        ))}
        <li>
          <Counted what="a match">{trial.counted}</Counted>
        </li>
      </ul>
      <ol class={css.found} aria-label="Would have matched">
        {trial.items.slice(0, LISTED_MAX).map((one) => {
          const { title, detail } = desktopMomentText(one);
          const href = placeAddress(one);
          return (
            <li key={`${one.workstation} ${one.at.getTime()} ${one.rule} ${one.detail}`}>
              <time class="figures">
                {shortDayText(one.at, now)}, {clockText(one.at, true)}
              </time>
              <span>
                {href === null ? (
                  title
                ) : (
                  <a class="link" href={href}>
                    {title}
                  </a>
                )}
                <small>{[detail, one.agent, one.application, one.title].filter(Boolean).join(" · ")}</small>
              </span>
            </li>
          );
        })}
      </ol>
      {(trial.more || trial.items.length > LISTED_MAX) && <p class={css.hint}>There were more.</p>}
    </>
  );
}
