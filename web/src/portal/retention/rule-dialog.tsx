/** One rule: what it is about, and for how long that is kept. It changes the draft; nothing is saved here. */

import { useState } from "preact/hooks";
import { type Facets, tagOf } from "../../core/facets.ts";
import { DAYS_FAULT, daysOf, RULE_NAME_CHARS_MAX, RULE_STATES, type Rule, ruleScope } from "../../core/retention.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Tag } from "../../ui/chip.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { type Option, Options } from "../../ui/options.tsx";
import { Popover } from "../../ui/popover.tsx";
import css from "./retention.module.css";

interface RuleDialogProps {
  readonly rule: Rule;
  readonly isNew: boolean;
  readonly facets: Facets | null;
  readonly onSearch: (prefix: string) => void;
  readonly onClose: () => void;
  readonly onKeep: (rule: Rule) => void;
}

const plain = (values: readonly string[]): Option[] => values.map((value) => ({ value, text: value }));

/** An agent that is not in the list: by their login, as somebody types it. */
function agentOf(typed: string): string | null {
  const login = typed.trim();
  return login === "" ? null : login;
}

export function RuleDialog({ rule, isNew, facets, onSearch, onClose, onKeep }: RuleDialogProps) {
  const [form, setForm] = useState(rule);
  const [days, setDays] = useState(rule.days === null ? "" : String(rule.days));
  const [sent, setSent] = useState(false);
  const set = (what: Partial<Rule>): void => setForm({ ...form, ...what });
  const name = form.name.trim();
  const parsed = daysOf(days);
  const groups = (facets?.groups ?? []).map((one) => ({ value: one.id, text: one.name }));
  const groupName = (id: string): string => groups.find((one) => one.value === id)?.text ?? id;
  const keep = (): void => {
    setSent(true);
    if (name !== "" && parsed !== undefined) onKeep({ ...form, name, days: parsed });
  };
  return (
    <Dialog open title={isNew ? "Add a rule" : `Change: ${rule.name}`} onClose={onClose}>
      <form
        class={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          keep();
        }}
      >
        <div class={css.pair}>
          <Field
            label="Name"
            name="rule-name"
            value={form.name}
            autocomplete="off"
            focused
            error={sent && name === "" ? "Give it a name." : null}
            onInput={(text) => set({ name: text.slice(0, RULE_NAME_CHARS_MAX) })}
          />
          <Field
            label="Days"
            name="rule-days"
            value={days}
            inputMode="numeric"
            autocomplete="off"
            hint="Empty: for ever."
            error={sent && parsed === undefined ? DAYS_FAULT : null}
            onInput={setDays}
          />
        </div>
        <Chosen
          label="Agents"
          options={plain(facets?.agents ?? [])}
          chosen={form.agents}
          create={agentOf}
          onSearch={onSearch}
          onChange={(agents) => set({ agents })}
        />
        <Chosen label="Groups" options={groups} chosen={form.groups} onChange={(chosen) => set({ groups: chosen })} />
        <Chosen
          label="Tags"
          options={plain(facets?.tags ?? [])}
          chosen={form.tags}
          create={tagOf}
          onSearch={onSearch}
          onChange={(tags) => set({ tags })}
        />
        <fieldset class={css.states}>
          <legend class={css.label}>State</legend>
          {RULE_STATES.map((state) => (
            <Checkbox
              key={state}
              checked={form.states.includes(state)}
              onChange={(on) =>
                set({ states: RULE_STATES.filter((one) => (one === state ? on : form.states.includes(one))) })
              }
            >
              {state === "complete" ? "Complete" : "Interrupted"}
            </Checkbox>
          ))}
        </fieldset>
        <p class={css.hint} role="status">
          {ruleScope(form, groupName)}. Of each kind that is named, one has to fit; what is not named does not matter.
        </p>
        <div class={css.buttons}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">
            {isNew ? "Add" : "Change"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChosenProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  readonly create?: (text: string) => string | null;
  readonly onSearch?: (text: string) => void;
  readonly onChange: (chosen: string[]) => void;
}

function Chosen({ label, options, chosen, create, onSearch, onChange }: ChosenProps) {
  const textOf = (value: string): string => options.find((one) => one.value === value)?.text ?? value;
  return (
    <fieldset class={css.chosen}>
      <legend class={css.label}>{label}</legend>
      {chosen.length === 0 && <span class={css.hint}>Any</span>}
      {chosen.map((value) => (
        <Tag key={value} onRemove={() => onChange(chosen.filter((one) => one !== value))}>
          {textOf(value)}
        </Tag>
      ))}
      <Popover
        label={label}
        onOpen={() => onSearch?.("")}
        trigger={(opens) => (
          <Button small kind="quiet" icon="plus" opens={opens}>
            <span class="spoken">{label}: </span>Choose
          </Button>
        )}
      >
        {() => (
          <Options
            label={label}
            options={options}
            chosen={chosen}
            {...(create === undefined ? {} : { create })}
            {...(onSearch === undefined ? {} : { onSearch })}
            onChange={onChange}
          />
        )}
      </Popover>
    </fieldset>
  );
}
