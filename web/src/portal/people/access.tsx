/** Why somebody may, or may not, see a recording: the server's own decision with its reasons. */

import { useEffect, useState } from "preact/hooks";
import { recordingIdOf } from "../../core/people.ts";
import type { Reason } from "../../core/why.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Card, PageHead } from "../../ui/page.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import { go } from "../router.ts";
import { whyAccess } from "./api.ts";
import { RowsSkeleton } from "./groups.tsx";
import css from "./people.module.css";

/** The question is in the address, so that the answer can be sent to somebody. */
function asked(query: string): { readonly user: string; readonly recording: string } {
  const params = new URLSearchParams(query);
  return { user: params.get("user") ?? "", recording: params.get("recording") ?? "" };
}

export function AccessSection({ query }: { readonly query: string; readonly store: unknown }) {
  const question = asked(query);
  const [user, setUser] = useState(question.user);
  const [recording, setRecording] = useState(question.recording);
  const [sent, setSent] = useState(false);
  useEffect(() => {
    setUser(question.user);
    setRecording(question.recording);
  }, [query]);
  const id = recordingIdOf(recording);
  const userFault = user.trim() === "" ? "Enter the name somebody signs in with." : null;
  const recordingFault = id === "" ? "Enter the id of a recording, or paste a link to it." : null;
  const send = (): void => {
    setSent(true);
    if (userFault !== null || recordingFault !== null) return;
    go(`/people/access?${new URLSearchParams({ user: user.trim().toLowerCase(), recording: id })}`);
  };
  return (
    <div class={css.one}>
      <PageHead
        title="Who may see what"
        lead="Why somebody may, or may not, see a recording. It is the decision that holds when they try, with its reasons."
      />
      <Card>
        <form
          class={css.ask}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <Field
            label="User"
            name="user"
            value={user}
            autocomplete="off"
            placeholder="kim"
            error={sent ? userFault : null}
            onInput={setUser}
          />
          <Field
            label="Recording"
            name="recording"
            value={recording}
            autocomplete="off"
            placeholder="Its id, or a link to it"
            error={sent ? recordingFault : null}
            onInput={setRecording}
          />
          <Button type="submit" kind="primary">
            Ask
          </Button>
        </form>
      </Card>
      {question.user !== "" && question.recording !== "" && (
        <Answer key={query} user={question.user} recording={question.recording} />
      )}
    </div>
  );
}

function Answer({ user, recording }: { readonly user: string; readonly recording: string }) {
  const loaded = useLoaded(`${user} ${recording}`, () => new Loaded((signal) => whyAccess(user, recording, signal)));
  const reasons = loaded.value.value;
  const failure = loaded.failure.value;
  if (failure !== null) return <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />;
  if (reasons === null) return <RowsSkeleton rows={4} />;
  return (
    <section class={css.answer} aria-label="The answer">
      <p role="status" class={css.verdict}>
        <a class="link" href={`/people/users/${encodeURIComponent(user)}`}>
          {user}
        </a>{" "}
        {verdict(reasons)}{" "}
        <a class="link" href={`/recordings/${encodeURIComponent(recording)}`}>
          this recording
        </a>
        .
      </p>
      <ul class={css.list}>
        {reasons.map((one) => (
          <li key={one.action} class={css.row}>
            <span class={one.allowed ? css.yes : css.no}>
              <Icon name={one.allowed ? "check" : "close"} />
            </span>
            <div class={css.words}>
              <p class={css.strong}>
                {one.title} <span class="spoken">{one.allowed ? "is allowed" : "is not allowed"}</span>
              </p>
              {one.why.map((words) => (
                <p key={words} class={css.hint}>
                  {words}
                </p>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function verdict(reasons: readonly Reason[]): string {
  const may = (action: Reason["action"]): boolean => reasons.some((one) => one.action === action && one.allowed);
  if (may("view")) return may("play") ? "may see and play" : "may see, but not play";
  return may("play") ? "may not find, but may play by a link," : "may not see";
}
