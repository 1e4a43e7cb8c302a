/** Rules of desktop analytics: written, tried over the last days, rolled out to groups; and who has them. */

import { useEffect, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { sinceText } from "../../core/ago.ts";
import { addressOf } from "../../core/route.ts";
import { draftOf, NEW_RULES, type RuleDraft, type RuleSet, rolledOutText, sameDraft } from "../../core/rule-sets.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Field } from "../../ui/field.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Options } from "../../ui/options.tsx";
import { Page, PageHead, Section } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { Off } from "../analytics/off.tsx";
import { wallNow } from "../clock.ts";
import { useFacets } from "../library/facets.ts";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { Refused } from "../refused.tsx";
import { go } from "../router.ts";
import { addRuleSet, changeRuleSet, deleteRuleSet, listHolders, listRuleSets } from "./api.ts";
import { RuleEditor, useCheck } from "./editor.tsx";
import { Holders } from "./holders.tsx";
import css from "./rules.module.css";
import { TrialSection } from "./trial.tsx";

/** In the address, instead of the id of a set that is not kept yet. */
const NEW = "new";

const rulesAddress = (id: string | null): string => addressOf({ page: "rules", id });

export function RulesPage({ id, session }: { readonly id: string | null; readonly session: Session }) {
  if (!session.capabilities.has("analytics")) return <Off />;
  return can(session, "administer") ? <Rules id={id} session={session} /> : <Refused what="writing rules" />;
}

function Rules({ id, session }: { readonly id: string | null; readonly session: Session }) {
  const loaded = useLoaded("", () => {
    return new Loaded(async (signal) => ({ sets: await listRuleSets(signal), holders: await listHolders(signal) }));
  });
  const found = loaded.value.value;
  const failure = loaded.failure.value;
  useEffect(() => {
    document.title = "Rules · Playhead";
  }, []);
  const set = found?.sets.find((one) => one.id === id) ?? null;
  const isOpen = id !== null && found !== null;
  return (
    <Page>
      <PageHead
        title={isOpen ? (set?.name ?? "New rules") : "Rules"}
        lead="What is done when something is on an agent's screen. Workstations decide by themselves, also without a network."
      >
        {isOpen ? (
          <LinkButton icon="back" href={rulesAddress(null)}>
            All rules
          </LinkButton>
        ) : (
          <LinkButton kind="primary" icon="plus" href={rulesAddress(NEW)}>
            New rules
          </LinkButton>
        )}
      </PageHead>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {found === null && failure === null && <TableSkeleton label="Loading the rules" />}
      {found !== null && id === null && (
        <>
          <Sets sets={found.sets} />
          <Section title="Who has them" hint="Workstations ask within a minute of a change.">
            <Holders holders={found.holders} sets={found.sets} />
          </Section>
        </>
      )}
      {isOpen && id !== NEW && set === null && (
        <Empty icon="search" title="There are no such rules" hint="Somebody may have removed them.">
          <LinkButton href={rulesAddress(null)}>All rules</LinkButton>
        </Empty>
      )}
      {isOpen && (set !== null || id === NEW) && (
        <>
          <Workbench key={set?.id ?? NEW} set={set} session={session} onSaved={() => loaded.load()} />
          {set !== null && (
            <Section title="Who has them" hint="Workstations that these rules are for.">
              <Holders holders={found.holders} sets={found.sets} of={set.id} />
            </Section>
          )}
        </>
      )}
    </Page>
  );
}

function Sets({ sets }: { readonly sets: readonly RuleSet[] }) {
  const groupName = useGroupName();
  if (sets.length === 0) {
    return (
      <Empty
        icon="rules"
        title="No rules yet"
        hint="A rule blacks out a card form, tags a refund, or raises an alarm, by the window that is shown. Write one and try it over the last days before anybody has it."
      >
        <LinkButton kind="primary" href={rulesAddress(NEW)}>
          Write the first
        </LinkButton>
      </Empty>
    );
  }
  return (
    <ul class={css.sets} aria-label="Rules">
      {sets.map((set) => (
        <li key={set.id}>
          <a class={css.set} href={rulesAddress(set.id)}>
            <span class={css.words}>
              <strong>{set.name}</strong>
              <small>
                {set.rules.length === 1 ? "1 rule" : `${set.rules.length} rules`} ·{" "}
                {rolledOutText(draftOf(set), groupName)}
              </small>
            </span>
            <Standing set={set} />
            <small class={css.by}>
              Version {set.version}, {set.author}, {sinceText(set.at, wallNow())}
            </small>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Standing({ set }: { readonly set: RuleSet }) {
  if (!set.everyone && set.groups.length === 0) return <Badge tone="neutral">Draft</Badge>;
  const all = set.holding === set.workstations;
  return (
    <Badge tone={all ? "accent" : "warn"}>
      {set.holding} of {set.workstations} have it
    </Badge>
  );
}

function useGroupName(): (id: string) => string {
  const [facets] = useFacets();
  return (id) => facets?.groups.find((one) => one.id === id)?.name ?? id;
}

interface WorkbenchProps {
  readonly set: RuleSet | null;
  readonly session: Session;
  readonly onSaved: () => Promise<void>;
}

function Workbench({ set, session, onSaved }: WorkbenchProps) {
  const saved = set === null ? NEW_RULES : draftOf(set);
  const [draft, setDraft] = useState<RuleDraft>(saved);
  const check = useCheck(session, draft.text);
  const doing = useDoing();
  const problems = check?.problems ?? [];
  const isWrong = check === null || problems.length > 0;
  const changed = set === null || !sameDraft(draft, saved);
  const save = (): void =>
    void doing.run(async () => {
      const kept = set === null ? await addRuleSet(session, draft) : await changeRuleSet(session, set, draft);
      await onSaved();
      const hint = kept.workstations === 0 ? "Nobody has them yet." : `${kept.workstations} workstations get them now.`;
      toast({ text: `“${kept.name}” is saved as version ${kept.version}.`, hint });
      go(rulesAddress(kept.id), "replace");
    });
  const remove = (): void =>
    void doing.run(async () => {
      if (set === null) return;
      await deleteRuleSet(session, set);
      await onSaved();
      toast({ text: `“${set.name}” is removed.`, hint: "Workstations drop it when they next ask.", icon: "trash" });
      go(rulesAddress(null), "replace");
    });
  const failure = doing.failure.value;
  const isFor = draft.everyone || draft.groups.length > 0;
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(save)} />}
      <div class={css.bench}>
        <div class={css.main}>
          <Field
            label="Name"
            name="name"
            value={draft.name}
            autocomplete="off"
            placeholder="Card forms"
            onInput={(name) => setDraft({ ...draft, name })}
          />
          <RuleEditor text={draft.text} problems={problems} onChange={(text) => setDraft({ ...draft, text })} />
          <p class={css.hint} role="status">
            {check === null
              ? "Looking at it …"
              : problems.length === 0
                ? check.rules.length === 0
                  ? "There is no rule in it."
                  : `${check.rules.map((one) => `${one.name}: ${one.does.join(", ")}`).join(" · ")}`
                : "It can be saved once this is mended."}
          </p>
        </div>
        <RollOut draft={draft} onChange={setDraft} />
      </div>
      <div class={css.bar}>
        <Button
          kind="primary"
          busy={doing.busy.value}
          disabled={isWrong || !changed || draft.name.trim() === ""}
          onClick={save}
        >
          {isFor ? "Save and roll out" : "Save as a draft"}
        </Button>
        {set !== null && (
          <Button kind="danger" icon="trash" busy={doing.busy.value} onClick={remove}>
            Remove
          </Button>
        )}
      </div>
      <TrialSection session={session} text={draft.text} isWrong={isWrong} />
    </>
  );
}

interface RollOutProps {
  readonly draft: RuleDraft;
  readonly onChange: (draft: RuleDraft) => void;
}

function RollOut({ draft, onChange }: RollOutProps) {
  const [facets] = useFacets();
  const groups = facets?.groups ?? [];
  return (
    <fieldset class={css.rollOut}>
      <legend>Rolled out to</legend>
      <Checkbox checked={draft.everyone} onChange={(everyone) => onChange({ ...draft, everyone })}>
        Every workstation
      </Checkbox>
      {!draft.everyone &&
        (groups.length === 0 ? (
          <p class={css.hint}>There are no groups yet: they are made under People.</p>
        ) : (
          <Options
            label="Groups"
            options={groups.map((one) => ({ value: one.id, text: one.name }))}
            chosen={draft.groups}
            onChange={(chosen) => onChange({ ...draft, groups: chosen })}
          />
        ))}
      <p class={css.hint}>
        {draft.everyone || draft.groups.length > 0
          ? "Workstations where a member sits have them within a minute."
          : "To nobody: a draft, that can be tried and kept."}
      </p>
    </fieldset>
  );
}
