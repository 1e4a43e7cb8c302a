/** The quarantine: what could not be stored or made, why, and what to do about it. Nothing else waits for it. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { type QuarantineItem, quarantineTitle } from "../../core/quarantine.ts";
import { Button } from "../../ui/button.tsx";
import { Drawer } from "../../ui/dialog.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { Paged, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { Refused } from "../refused.tsx";
import { dropQuarantined, listQuarantine, retryQuarantined } from "./api.ts";
import { QuarantineDeeds, QuarantineRow, quarantineColumns } from "./columns.tsx";
import { QuarantineFacts } from "./facts.tsx";

const keyOf = (item: QuarantineItem): string => item.id;
const narrowOf = (item: QuarantineItem) => <QuarantineRow item={item} />;

export function QuarantinePage({ session }: { readonly session: Session }) {
  return can(session, "operate") ? <Quarantine session={session} /> : <Refused what="operating the server" />;
}

function Quarantine({ session }: { readonly session: Session }) {
  const list = useLoaded("", () => new Paged(listQuarantine));
  const doing = useDoing();
  const [opened, setOpened] = useState<QuarantineItem | null>(null);
  const [dropping, setDropping] = useState<QuarantineItem | null>(null);
  useEffect(() => {
    document.title = "Quarantine · Playhead";
  }, []);
  const retry = useMemo(
    () => (item: QuarantineItem) =>
      void doing
        .run(() => retryQuarantined(session, item.id))
        .then(async (done) => {
          await list.load();
          if (done)
            toast({ text: `${quarantineTitle(item)} is tried again.`, hint: "If it fails again, it comes back here." });
        }),
    [session, list],
  );
  const deeds = useMemo(
    () => (item: QuarantineItem) => <QuarantineDeeds item={item} onRetry={retry} onDrop={setDropping} />,
    [retry],
  );
  const columns = useMemo(() => quarantineColumns(deeds), [deeds]);
  const items = list.items.value;
  const failure = doing.failure.value ?? list.failure.value;
  const more = list.next.value !== null;
  return (
    <Page>
      <PageHead title="Quarantine" lead="What could not be stored or made. It holds up nothing else, and waits here.">
        <Button icon="refresh" onClick={() => void list.load()}>
          Refresh
        </Button>
      </PageHead>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void list.load())} />}
      {items === null && list.failure.value === null && <TableSkeleton label="Loading the quarantine" rows={4} />}
      {items?.length === 0 && (
        <Empty icon="check" title="Nothing is in quarantine" hint="Everything that arrived could be stored." />
      )}
      {items !== null && items.length > 0 && (
        <>
          <Table
            label="In quarantine"
            columns={columns}
            rows={items}
            keyOf={keyOf}
            narrow={narrowOf}
            onOpen={setOpened}
            beside={deeds}
            more={more}
          />
          <Pager more={more} loading={list.loading.value} end="That is all." onMore={() => void list.more()} />
        </>
      )}
      <Drawer
        title={opened === null ? "In quarantine" : quarantineTitle(opened)}
        open={opened !== null}
        onClose={() => setOpened(null)}
      >
        {opened !== null && <QuarantineFacts item={opened} />}
      </Drawer>
      {dropping !== null && (
        <ReasonDialog
          title={`Drop: ${quarantineTitle(dropping)}`}
          words={`It is deleted for good, and cannot be had back. ${dropping.message}`}
          confirm="Drop it"
          onClose={() => setDropping(null)}
          onConfirm={async (reason) => {
            await dropQuarantined(session, dropping.id, reason);
            toast({ text: `${quarantineTitle(dropping)} was dropped.`, icon: "trash" });
            setDropping(null);
            await list.load();
          }}
        />
      )}
    </Page>
  );
}
