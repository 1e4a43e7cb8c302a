/** A role as a grid: a row for each action, a column for each reach. */

import {
  ACTION_GROUPS,
  type Action,
  type ActionWords,
  type Grant,
  isWhole,
  SCOPE_WORDS,
  SCOPES,
  type Scope,
  scopeOf,
} from "../../core/permissions.ts";
import { Icon } from "../../ui/icon.tsx";
import css from "./grid.module.css";

interface GridProps {
  readonly grants: readonly Grant[];
  /** Left out where it is only to be read. */
  readonly onChange?: (action: Action, scope: Scope | null) => void;
}

const COLUMNS: readonly (Scope | null)[] = [null, ...SCOPES];

const titleOf = (scope: Scope | null): string => (scope === null ? "No" : SCOPE_WORDS[scope].title);

export function Grid({ grants, onChange }: GridProps) {
  return (
    <div class={css.frame}>
      <table class={css.grid}>
        <thead>
          <tr>
            <th scope="col">
              <span class="spoken">Action</span>
            </th>
            {COLUMNS.map((scope) => (
              <th key={scope} scope="col" title={scope === null ? "Not allowed" : SCOPE_WORDS[scope].hint}>
                {titleOf(scope)}
              </th>
            ))}
          </tr>
        </thead>
        {ACTION_GROUPS.map((group) => (
          <tbody key={group.title}>
            <tr>
              <th class={css.group} colSpan={COLUMNS.length + 1} scope="colgroup">
                {group.title}
              </th>
            </tr>
            {group.actions.map((words) => (
              <Row key={words.action} words={words} held={scopeOf(grants, words.action)} onChange={onChange} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

interface RowProps {
  readonly words: ActionWords;
  readonly held: Scope | null;
  readonly onChange: GridProps["onChange"];
}

function Row({ words, held, onChange }: RowProps) {
  const { action, title, hint } = words;
  return (
    <tr class={held === null ? css.off : undefined}>
      <th scope="row" class={css.action}>
        {title}
        <small class={css.hint}>{hint}</small>
      </th>
      {COLUMNS.map((scope) => {
        // What concerns the installation is allowed or not; it is nobody's.
        const offered = !isWhole(action) || scope === null || scope === "all";
        const words = isWhole(action) && scope === "all" ? "Yes" : titleOf(scope);
        return (
          <td key={scope}>
            {!offered ? null : onChange === undefined ? (
              <Mark held={held === scope} words={words} denied={scope === null} />
            ) : (
              <label class={css.choice}>
                <input
                  type="radio"
                  name={action}
                  checked={held === scope}
                  aria-label={`${title}: ${words}`}
                  onChange={() => onChange(action, scope)}
                />
              </label>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Mark({ held, words, denied }: { readonly held: boolean; readonly words: string; readonly denied: boolean }) {
  if (!held) return null;
  return (
    <span class={denied ? css.denied : css.held}>
      <Icon name={denied ? "minus" : "check"} size={18} />
      <span class="spoken">{words}</span>
    </span>
  );
}
