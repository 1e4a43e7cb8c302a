/** The quarantine: what could not be stored or made, why, and what to do about it. Nothing else waits for it. */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { listed } from "../../core/permissions.ts";
import {
  type AsideItem,
  dropText,
  orderText,
  type QuarantineItem,
  type QuarantineOrder,
  quarantineTitle,
} from "../../core/quarantine.ts";
import { bytesText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Drawer } from "../../ui/dialog.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { ServerHealth } from "../health.tsx";
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
  const kept = useMemo(() => signal<readonly AsideItem[]>([]), []);
  const list = useLoaded(
    "",
    () =>
      new Paged(async (before, stop) => {
        const page = await listQuarantine(before, stop);
        kept.value = page.aside;
        return page;
      }),
  );
  const doing = useDoing();
  const [opened, setOpened] = useState<QuarantineItem | null>(null);
  const [dropping, setDropping] = useState<QuarantineItem | null>(null);
  useEffect(() => {
    document.title = "Quarantine · Playhead";
  }, []);
  const retry = useMemo(
    () => (item: QuarantineItem) =>
      void doing
        .run(async () => told(item, await retryQuarantined(session, item.id), "is tried again"))
        .then(() => list.load()),
    [session, list],
  );
  const deeds = useMemo(
    () => (item: QuarantineItem) => <QuarantineDeeds item={item} onRetry={retry} onDrop={setDropping} />,
    [retry],
  );
  const columns = useMemo(() => quarantineColumns(deeds), [deeds]);
  const items = list.items.value;
  const aside = kept.value;
  const failure = doing.failure.value ?? list.failure.value;
  const more = list.next.value !== null;
  return (
    <Page>
      <PageHead title="Quarantine" lead="What could not be stored or made. It holds up nothing else, and waits here.">
        <Button icon="refresh" onClick={() => void list.load()}>
          Refresh
        </Button>
      </PageHead>
      <ServerHealth />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void list.load())} />}
      {items === null && list.failure.value === null && <TableSkeleton label="Loading the quarantine" rows={4} />}
      {aside.length > 0 && <Aside items={aside} />}
      {items?.length === 0 && aside.length === 0 && (
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
          words={`${dropText(dropping.place)} ${dropping.message}`}
          confirm="Drop it"
          onClose={() => setDropping(null)}
          onConfirm={async (reason) => {
            told(dropping, await dropQuarantined(session, dropping.id, reason), "was dropped");
            setDropping(null);
            await list.load();
          }}
        />
      )}
    </Page>
  );
}

/** Says what became of it. */
function told(item: QuarantineItem, order: QuarantineOrder | null, done: string): void {
  const title = quarantineTitle(item);
  if (order?.state === "failed") toast({ text: `${title} waits on.`, hint: orderText(order), tone: "danger" });
  else toast({ text: `${title} ${done}.`, ...(order === null ? {} : { hint: orderText(order) }) });
}

/** Segments that were refused lie where they were made until somebody has looked. */
function Aside({ items }: { readonly items: readonly AsideItem[] }) {
  const told = items.map((one) => `${one.workstation} (${one.segments}, ${bytesText(one.bytes)})`);
  return <Notice tone="warn" title="Workstations keep segments that were refused." hint={`${listed(told)}.`} />;
}
