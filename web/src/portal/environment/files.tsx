/** Firewall rules and exclusions as files: for whom, in which form, for which addresses. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Form, Forms } from "../../core/environment.ts";
import {
  exclusionsAddress,
  FIREWALL_ROLES,
  isNamed,
  MACHINES,
  rangesOf,
  rulesAddress,
} from "../../core/environment-words.ts";
import type { Failure } from "../../core/failure.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Card, PageHead, Section } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { type File, getFile, getForms } from "./api.ts";
import css from "./environment.module.css";
import { copy } from "./finding.tsx";

export function Files() {
  const loaded = useLoaded("", () => new Loaded<Forms>(getForms));
  const forms = loaded.value.value;
  const failure = loaded.failure.value;
  return (
    <>
      <PageHead
        title="Firewall and scanners"
        lead="Made from this server's configuration: applying a file twice is applying it once."
      />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {failure === null && (
        <div class={css.files}>
          <Section title="Firewall rules" hint="Exactly the connections that Playhead needs, and no others.">
            {forms === null ? <Waiting /> : <Rules forms={forms.rules} />}
          </Section>
          <Section title="What virus scanners leave alone" hint="Files of ours in folders of ours, and nothing else.">
            {forms === null ? <Waiting /> : <Exclusions forms={forms.exclusions} />}
          </Section>
        </div>
      )}
    </>
  );
}

function Waiting() {
  return (
    <Card>
      <div role="status" aria-label="Loading the forms" class={css.waiting}>
        <Bone width="60%" />
        <Bone width="100%" height="2.5rem" />
        <Bone width="40%" height="2.125rem" />
      </div>
    </Card>
  );
}

const optionsOf = (forms: readonly Form[], role: string): [string, string][] =>
  forms.filter((one) => one.roles.includes(role)).map((one) => [one.form, one.title]);

/** The form that is chosen, or the first one that there is for the role. */
const chosenOf = (forms: readonly Form[], role: string, wanted: string): Form | undefined => {
  const fitting = forms.filter((one) => one.roles.includes(role));
  return fitting.find((one) => one.form === wanted) ?? fitting[0];
};

interface ChoiceProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Choice({ title, children }: ChoiceProps) {
  return (
    <div class={css.choice}>
      <span class={css.label} aria-hidden="true">
        {title}
      </span>
      {children}
    </div>
  );
}

function Rules({ forms }: { readonly forms: readonly Form[] }) {
  const [role, setRole] = useState("premises");
  const [wanted, setWanted] = useState("");
  const [from, setFrom] = useState("");
  const [server, setServer] = useState("");
  const [cloud, setCloud] = useState("");
  const [remove, setRemove] = useState(false);
  const form = chosenOf(forms, role, wanted);
  if (form === undefined) return null;
  const removes = remove && form.removable;
  const inCloud = role === "cloud";
  const open = isNamed("from", role) && rangesOf(from).length === 0 && !removes;
  const address = rulesAddress({ form: form.form, role, from, server, cloud, remove: removes });
  return (
    <Maker address={address} fields={["environment.network"]}>
      {(error) => (
        <>
          <div class={css.choices}>
            <Choice title="Whose firewall">
              <Select label="Whose firewall" value={role} options={FIREWALL_ROLES} onChange={setRole} />
            </Choice>
            <Choice title="Form">
              <Select
                label="Form of the rules"
                value={form.form}
                options={optionsOf(forms, role)}
                onChange={setWanted}
              />
            </Choice>
          </div>
          {isNamed("from", role) && (
            <Field
              label={inCloud ? "Public addresses of the sites" : "Where client PCs are"}
              name="from"
              value={from}
              placeholder="10.1.0.0/16, 2001:db8:1::/48"
              hint="Address ranges. Without any, the rules let every address in."
              error={error}
              onInput={setFrom}
            />
          )}
          {isNamed("server", role) && (
            <Field
              label="The premises server"
              name="server"
              value={server}
              placeholder="10.9.0.5"
              hint="Its address as client PCs reach it. Without one, the rules are for any server."
              error={role === "client" ? error : null}
              onInput={setServer}
            />
          )}
          {isNamed("cloud", role) && (
            <Field
              label="The cloud"
              name="cloud"
              value={cloud}
              placeholder="203.0.113.5"
              hint="Where this server sends to one. Without it, nothing is opened there."
              onInput={setCloud}
            />
          )}
          <Checkbox checked={removes} disabled={!form.removable} onChange={setRemove}>
            What takes the rules away again
          </Checkbox>
          {open && (
            <Notice
              title="These rules let any address in."
              hint={`Name ${inCloud ? "the public addresses of the sites" : "where client PCs are"}, if you can.`}
            />
          )}
        </>
      )}
    </Maker>
  );
}

function Exclusions({ forms }: { readonly forms: readonly Form[] }) {
  const [role, setRole] = useState("premises");
  const [wanted, setWanted] = useState("");
  const [folder, setFolder] = useState("");
  const [program, setProgram] = useState("");
  const form = chosenOf(forms, role, wanted);
  if (form === undefined) return null;
  const address = exclusionsAddress({ form: form.form, role, folder, program });
  return (
    <Maker address={address} fields={["environment.folder"]}>
      {(error) => (
        <>
          <div class={css.choices}>
            <Choice title="Which machine">
              <Select label="Which machine" value={role} options={MACHINES} onChange={setRole} />
            </Choice>
            <Choice title="Form">
              <Select
                label="Form of the exclusions"
                value={form.form}
                options={optionsOf(forms, role)}
                onChange={setWanted}
              />
            </Choice>
          </div>
          {role === "workstation" && (
            <>
              <Field
                label="Data folder on the PCs"
                name="folder"
                value={folder}
                placeholder="/var/lib/playhead"
                hint="The one that --data names there, from the root on."
                error={error}
                onInput={setFolder}
              />
              <Field
                label="Python that Playhead runs in there"
                name="program"
                value={program}
                placeholder="/opt/playhead/bin/python3"
                hint="May be left out; then no process is named."
                onInput={setProgram}
              />
            </>
          )}
        </>
      )}
    </Maker>
  );
}

interface MakerProps {
  readonly address: string;
  /** Codes of refusals that belong at a field. */
  readonly fields: readonly string[];
  /** The form, told what is wrong with what was typed. */
  readonly children: (error: string | null) => ComponentChildren;
}

/** Asks for the file as it is wished for, and shows or saves it. */
function Maker({ address, fields, children }: MakerProps) {
  const doing = useDoing();
  const [made, setMade] = useState<{ readonly address: string; readonly file: File } | null>(null);
  const failure = doing.failure.value;
  const inField = failure !== null && fields.includes(failure.code);
  const get = (then: (file: File) => void): void =>
    void doing.run(async () => {
      const file = await getFile(address);
      then(file);
    });
  const shown = made !== null && made.address === address ? made.file : null;
  return (
    <Card>
      {children(inField ? wordsOf(failure) : null)}
      {failure !== null && !inField && (
        <FailureNotice failure={failure} onRemedy={remedyOf(() => (doing.failure.value = null))} />
      )}
      <div class={css.buttons}>
        <Button kind="primary" icon="download" busy={doing.busy.value} onClick={() => get(save)}>
          Download
        </Button>
        <Button icon="eye" disabled={doing.busy.value} onClick={() => get((file) => setMade({ address, file }))}>
          Show
        </Button>
        {shown !== null && (
          <Button icon="copy" kind="quiet" onClick={() => void copy(shown.text)}>
            Copy
          </Button>
        )}
      </div>
      {shown !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class={css.sheet} aria-label={shown.name} tabIndex={0}>
          <pre>{shown.text}</pre>
        </section>
      )}
    </Card>
  );
}

const wordsOf = (failure: Failure): string => `${failure.message} ${failure.hint}`.trim();

/** Hands a file to the browser to keep. */
function save(file: File): void {
  const address = URL.createObjectURL(new Blob([file.text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
