/** The audit log: who did what, when and from where; that nothing of it was changed; and all of it as a file. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { type AuditItem, auditAddress, narrowed, readFilter } from "../../core/audit.ts";
import { dayText } from "../../core/time.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import { wallNow } from "../clock.ts";
import { Paged, remedyOf, useLoaded } from "../loaded.ts";
import { Refused } from "../refused.tsx";
import { go } from "../router.ts";
import { csvAddress, listAudit } from "./api.ts";
import { ChainState } from "./chain.tsx";
import { AUDIT_COLUMNS, AuditRow } from "./columns.tsx";
import { EntryDrawer } from "./entry.tsx";
import { AuditFilters } from "./filters.tsx";

const keyOf = (item: AuditItem): string => item.id;
const narrowOf = (item: AuditItem) => <AuditRow item={item} />;

export function AuditPage({ query, session }: { readonly query: string; readonly session: Session }) {
  return can(session, "audit") ? <Log query={query} /> : <Refused what="reading the audit log" />;
}

function Log({ query }: { readonly query: string }) {
  const filter = useMemo(() => readFilter(new URLSearchParams(query)), [query]);
  const log = useLoaded(query, () => new Paged<AuditItem>((before, signal) => listAudit(filter, before, signal)));
  const [open, setOpen] = useState<string | null>(null);
  const groupOf = useMemo(() => (item: AuditItem) => dayText(item.at, wallNow()), []);
  const onOpen = useMemo(() => (item: AuditItem) => setOpen(item.id), []);
  useEffect(() => {
    document.title = "Audit log · Playhead";
  }, []);
  const items = log.items.value;
  const failure = log.failure.value;
  const more = log.next.value !== null;
  return (
    <Page>
      <PageHead title="Audit log" lead="Who did what, when, and from where. Entries are only ever added.">
        <Button icon="refresh" onClick={() => void log.load()}>
          Refresh
        </Button>
        <LinkButton icon="download" href={csvAddress(filter)} download="audit.csv">
          Download CSV
        </LinkButton>
      </PageHead>
      <ChainState />
      <AuditFilters filter={filter} onChange={(next) => go(auditAddress(next), "replace")} />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void log.load())} />}
      {items === null && failure === null && <TableSkeleton label="Loading the log" />}
      {items?.length === 0 && !more && <Nothing filtered={query !== ""} />}
      {/* A page may be empty and go on: the server looks at so much at a time. */}
      {items !== null && (items.length > 0 || more) && (
        <>
          <Table
            label="Entries"
            columns={AUDIT_COLUMNS}
            rows={items}
            keyOf={keyOf}
            groupOf={groupOf}
            narrow={narrowOf}
            onOpen={onOpen}
            more={more}
            pageKeys
          />
          <Pager
            more={more}
            loading={log.loading.value}
            end={query === "" ? "This is where the log begins." : "That is all that is like this."}
            onMore={() => void log.more()}
          />
        </>
      )}
      <EntryDrawer
        items={items ?? []}
        open={open}
        onMove={setOpen}
        onNarrow={(key, value) => {
          setOpen(null);
          go(auditAddress(narrowed(filter, key, value)));
        }}
      />
    </Page>
  );
}

function Nothing({ filtered }: { readonly filtered: boolean }) {
  return filtered ? (
    <Empty icon="audit" title="No entry is like that" hint="Others are there without the filter.">
      <Button onClick={() => go("/audit", "replace")}>Show all entries</Button>
    </Empty>
  ) : (
    <Empty
      icon="audit"
      title="Nothing has happened yet"
      hint="Signing in, watching, changing: all of it appears here."
    />
  );
}
