/** Rules as they are written: a text with line numbers, checked while somebody types, with what is wrong at its line. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { lineSpan, type RuleCheck, type RuleProblem } from "../../core/rule-sets.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { checkRules } from "./api.ts";
import css from "./rules.module.css";

/** So long nobody types before the text is looked at. */
const CHECK_MS = 350;

/** What the server says of the text; null while it has not looked at it. */
export function useCheck(session: Session, text: string): RuleCheck | null {
  const [check, setCheck] = useState<{ readonly text: string; readonly check: RuleCheck } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      checkRules(session, text, stop.signal).then(
        (found) => setCheck({ text, check: found }),
        // What is saved is looked at again; who is signed out is told by the rest of the page.
        () => undefined,
      );
    }, CHECK_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return check?.text === text ? check.check : null;
}

interface EditorProps {
  readonly text: string;
  readonly problems: readonly RuleProblem[];
  readonly onChange: (text: string) => void;
}

export function RuleEditor({ text, problems, onChange }: EditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLOListElement>(null);
  const wrong = new Set(problems.map((one) => one.line));
  const show = (line: number): void => {
    const element = area.current;
    if (element === null) return;
    const [from, to] = lineSpan(text, line);
    element.focus();
    element.setSelectionRange(from, to);
  };
  const lines = text.split("\n").length;
  return (
    <div class={css.editor}>
      <label class={css.label} for={id}>
        Rules
      </label>
      <div class={`${css.box} ${problems.length > 0 ? css.wrong : ""}`}>
        <ol ref={gutter} class={css.gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, at) => (
            <li key={at} class={wrong.has(at + 1) ? css.fault : undefined}>
              {at + 1}
            </li>
          ))}
        </ol>
        <textarea
          id={id}
          ref={area}
          class={css.text}
          value={text}
          rows={Math.min(32, Math.max(14, lines + 1))}
          wrap="off"
          spellcheck={false}
          autocapitalize="none"
          autocomplete="off"
          aria-invalid={problems.length > 0}
          aria-describedby={`${id}-problems`}
          onInput={(event) => onChange(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <ul id={`${id}-problems`} class={css.problems} aria-live="polite">
        {problems.map((one) => (
          <li key={`${one.line} ${one.message}`}>
            <Icon name="warning" size={16} />
            <span>
              {one.line > 0 && <strong>Line {one.line}: </strong>}
              {one.message}
              {one.hint !== "" && <small>{one.hint}</small>}
            </span>
            {one.line > 0 && (
              <Button small kind="quiet" onClick={() => show(one.line)}>
                Go there
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
