/** The rules in their order: read, changed as a draft, and saved only after it was seen what they would delete. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import {
  keptText,
  movedRule,
  newRule,
  type Policy,
  policyBody,
  type Retention,
  RULES_MAX,
  type Rule,
  ruleScope,
  samePolicy,
  unreachable,
  withoutRule,
  withRule,
} from "../../core/retention.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { useFacets } from "../library/facets.ts";
import { DefaultEditor } from "./default-editor.tsx";
import css from "./retention.module.css";
import { RuleDialog } from "./rule-dialog.tsx";
import { SaveDialog } from "./save-dialog.tsx";

interface RulesProps {
  readonly retention: Retention;
  readonly session: Session;
  readonly onSaved: () => Promise<void>;
}

export function Rules({ retention, session, onSaved }: RulesProps) {
  const [draft, setDraft] = useState<Policy>(retention);
  const saved: Policy = retention;
  const key = JSON.stringify(policyBody(saved));
  // What was saved, here or by somebody else, is where the next change begins.
  useEffect(() => setDraft(saved), [key]);
  const [editing, setEditing] = useState<Rule | null>(null);
  const [saving, setSaving] = useState(false);
  const [said, setSaid] = useState("");
  const [facets, onSearch] = useFacets();
  const groupName = (id: string): string => facets?.groups.find((one) => one.id === id)?.name ?? id;
  const mayEdit = can(session, "administer");
  const changed = !samePolicy(draft, saved);
  const { rules, defaultDays } = draft;
  const setRules = (next: readonly Rule[]): void => setDraft({ ...draft, rules: next });
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef<{ readonly id: string; readonly by: -1 | 1 } | null>(null);
  useLayoutEffect(() => {
    // A row that changes its place loses the focus; it goes back to the button, or at an end to the other one.
    if (moved.current === null) return;
    const { id, by } = moved.current;
    moved.current = null;
    const row = list.current?.querySelector(`[data-rule="${CSS.escape(id)}"]`);
    const buttons = [by, -by].map((one) => row?.querySelector<HTMLButtonElement>(`[data-move="${one}"] button`));
    buttons.find((one) => one?.disabled === false)?.focus();
  }, [rules]);
  const move = (rule: Rule, by: -1 | 1): void => {
    const next = movedRule(rules, rule.id, by);
    moved.current = { id: rule.id, by };
    setRules(next);
    setSaid(`${rule.name} is number ${next.findIndex((one) => one.id === rule.id) + 1} of ${next.length}.`);
  };
  const late = unreachable(rules);
  return (
    <Section title="Rules" hint="The first rule that fits decides. From top to bottom, as they stand here.">
      <ol ref={list} class={css.rules} aria-label="Rules">
        {rules.map((rule, at) => (
          <li key={rule.id} class={css.rule} data-rule={rule.id}>
            <span class={`${css.number} figures`} aria-hidden="true">
              {at + 1}
            </span>
            <span class={css.words}>
              <span class={css.name}>
                {rule.name} {late.has(rule.id) && <Badge tone="warn">Never reached</Badge>}
              </span>
              <span class={css.hint}>{ruleScope(rule, groupName)}</span>
            </span>
            <span class={`${css.kept} figures`}>{keptText(rule.days)}</span>
            {mayEdit && (
              <span class={css.deeds}>
                <span data-move={-1}>
                  <IconButton
                    small
                    icon="up"
                    label={`Move up: ${rule.name}`}
                    disabled={at === 0}
                    onClick={() => move(rule, -1)}
                  />
                </span>
                <span data-move={1}>
                  <IconButton
                    small
                    icon="down"
                    label={`Move down: ${rule.name}`}
                    disabled={at === rules.length - 1}
                    onClick={() => move(rule, 1)}
                  />
                </span>
                <IconButton small icon="edit" label={`Change: ${rule.name}`} onClick={() => setEditing(rule)} />
                <IconButton
                  small
                  icon="trash"
                  label={`Remove: ${rule.name}`}
                  onClick={() => setRules(withoutRule(rules, rule.id))}
                />
              </span>
            )}
          </li>
        ))}
        <li class={css.rule}>
          <span class={css.number} aria-hidden="true" />
          <span class={css.words}>
            <span class={css.name}>{rules.length === 0 ? "Every recording" : "Everything else"}</span>
            <span class={css.hint}>{rules.length === 0 ? "There are no rules." : "Where no rule fits."}</span>
          </span>
          {mayEdit ? (
            <DefaultEditor days={defaultDays} onChange={(days) => setDraft({ ...draft, defaultDays: days })} />
          ) : (
            <span class={`${css.kept} figures`}>{keptText(defaultDays)}</span>
          )}
        </li>
      </ol>
      <p class="spoken" role="status">
        {said}
      </p>
      {mayEdit && (
        <div class={css.foot}>
          <Button
            icon="plus"
            disabled={rules.length >= RULES_MAX}
            onClick={() => setEditing(newRule([...rules, ...saved.rules]))}
          >
            Add a rule
          </Button>
          <span class={css.space} />
          {changed && (
            <>
              <span class={css.hint}>Not saved yet.</span>
              <Button kind="quiet" onClick={() => setDraft(saved)}>
                Discard
              </Button>
              <Button kind="primary" onClick={() => setSaving(true)}>
                See what it deletes, and save
              </Button>
            </>
          )}
        </div>
      )}
      {editing !== null && (
        <RuleDialog
          rule={editing}
          isNew={!rules.some((one) => one.id === editing.id)}
          facets={facets}
          onSearch={onSearch}
          onClose={() => setEditing(null)}
          onKeep={(rule) => {
            setRules(withRule(rules, rule));
            setEditing(null);
          }}
        />
      )}
      {saving && (
        <SaveDialog
          policy={draft}
          pending={retention.pending}
          session={session}
          onClose={() => setSaving(false)}
          onSaved={onSaved}
        />
      )}
    </Section>
  );
}
