/** The gallery's lists: tables, menus, chips, and what opens over a page. */

import { useMemo, useState } from "preact/hooks";
import { everything, extended, NOTHING_SELECTED, toggled } from "../core/selection.ts";
import type { TimeRange } from "../core/when.ts";
import { Badge } from "../ui/badge.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Calendar } from "../ui/calendar.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { Chip, Chips, Tag } from "../ui/chip.tsx";
import { Choice } from "../ui/choice.tsx";
import { Dialog, Drawer } from "../ui/dialog.tsx";
import { Menu } from "../ui/menu.tsx";
import { News } from "../ui/news.tsx";
import { Options } from "../ui/options.tsx";
import { Pager } from "../ui/pager.tsx";
import { Popover } from "../ui/popover.tsx";
import { SearchBox } from "../ui/search.tsx";
import { Slider } from "../ui/slider.tsx";
import { Table, type TableOrder, TableSkeleton } from "../ui/table.tsx";
import type { Column } from "../ui/table-row.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { ToastCard, toast } from "../ui/toast.tsx";
import css from "./components.module.css";
import { Part } from "./components-part.tsx";

interface Sample {
  readonly id: string;
  readonly name: string;
  readonly day: string;
  readonly seconds: number;
}

const NAMES = ["Alice Martin", "Bruno Okafor", "Chiara Lindqvist", "Dmitri Alvarez", "Eun-ji Park"];

const SAMPLES: readonly Sample[] = Array.from({ length: 12 }, (_, at) => ({
  id: String(at),
  name: NAMES[at % NAMES.length] as string,
  day: at < 4 ? "Today" : "Yesterday",
  seconds: 4_000 - at * 231,
}));

const COLUMNS: readonly Column<Sample>[] = [
  { key: "name", title: "Name", width: "minmax(9rem, 2fr)", min: 9, priority: 0, cell: (row) => row.name },
  {
    key: "state",
    title: "State",
    width: "8rem",
    min: 8,
    priority: 1,
    cell: (row) => (row.seconds > 3_500 ? <Badge tone="warn">2 gaps</Badge> : null),
  },
  {
    key: "tags",
    title: "Tags",
    width: "minmax(6rem, 1fr)",
    min: 6,
    priority: 2,
    cell: (row) => (row.seconds % 2 === 0 ? <Tag>training</Tag> : null),
  },
  {
    key: "length",
    title: "Length",
    width: "6rem",
    min: 6,
    priority: 0,
    end: true,
    sort: "descending",
    cell: (row) => <span class="figures">{row.seconds} s</span>,
  },
];

const keyOf = (row: Sample): string => row.id;
const dayOf = (row: Sample): string => row.day;
const KEYS = SAMPLES.map(keyOf);

function Tables() {
  const [order, setOrder] = useState<TableOrder>({ key: "length", descending: true });
  const [selection, setSelection] = useState({ ...NOTHING_SELECTED, keys: new Set(["1", "2"]) });
  const rows = useMemo(() => (order.descending ? SAMPLES : SAMPLES.toReversed()), [order]);
  return (
    <>
      <Part title="Table">
        <Table
          label="Samples"
          columns={COLUMNS}
          rows={rows}
          keyOf={keyOf}
          groupOf={dayOf}
          onOpen={(row) => toast({ text: `Opened ${row.name}` })}
          narrow={narrowSample}
          order={order}
          onOrder={setOrder}
          selection={selection}
          onSelect={(key, range) =>
            setSelection((last) => ({ ...(range ? extended(last, KEYS, key) : toggled(last, key)) }) as typeof last)
          }
          onSelectAll={(on) => setSelection((on ? everything(KEYS) : NOTHING_SELECTED) as typeof selection)}
        />
        <Pager more={false} loading={false} end="That is all." onMore={() => undefined} />
      </Part>
      <Part title="A table that is about to come">
        <TableSkeleton label="Loading" rows={3} />
      </Part>
    </>
  );
}

function narrowSample(row: Sample) {
  return (
    <>
      <strong>{row.name}</strong>
      <br />
      {row.seconds} s
    </>
  );
}

const OPTIONS = NAMES.map((name) => ({ value: name, text: name }));

function Narrowing() {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string[]>(["Alice Martin"]);
  const [range, setRange] = useState<TimeRange | null>(null);
  const [on, setOn] = useState(true);
  const [news, setNews] = useState(0);
  return (
    <Part title="Narrowing">
      <div class={css.narrow}>
        <SearchBox label="Search" keys="/" value={text} onInput={setText} />
      </div>
      <Chips label="Filters">
        <Popover
          label="Agents"
          trigger={(opens) => (
            <Chip label="Agent" opens={opens} onRemove={() => setChosen([])}>
              {chosen.join(", ") || "nobody"}
            </Chip>
          )}
        >
          {() => (
            <Options
              label="Agents"
              options={OPTIONS}
              chosen={chosen}
              onChange={setChosen}
              create={(text) => text.trim()}
            />
          )}
        </Popover>
        <Chip label="Held" onRemove={() => undefined}>
          yes
        </Chip>
        <Tag>training</Tag>
        <Tag onRemove={() => undefined}>complaint</Tag>
      </Chips>
      <div class={css.row}>
        <Calendar range={range} today={new Date()} onChange={setRange} />
        <Options label="Agents" options={OPTIONS} chosen={chosen} onChange={setChosen} />
        <div class={css.stack}>
          <Choice icon="calendar" pressed={on} onClick={() => setOn(!on)}>
            Yesterday
          </Choice>
          <Button small onClick={() => setNews(news + 1)}>
            Something comes
          </Button>
          <News text={news === 0 ? "" : `${news} new`} onShow={() => setNews(0)} />
          <Slider label="Size" min={1} max={9} value={4} onInput={() => undefined} />
          <Checkbox checked={on} onChange={setOn}>
            Choice
          </Checkbox>
          <Checkbox checked={false} some hint="Of all that are below it" onChange={setOn}>
            Some
          </Checkbox>
          <Checkbox checked disabled onChange={setOn}>
            Cannot be changed
          </Checkbox>
        </div>
      </div>
    </Part>
  );
}

function Over() {
  const [open, setOpen] = useState<"" | "small" | "drawer">("");
  const [starred, setStarred] = useState(true);
  const close = (): void => setOpen("");
  return (
    <Part title="Over the page">
      <Tabs
        label="Parts"
        tabs={[
          { href: "/components", text: "Here", here: true },
          { href: "/recordings", text: "Elsewhere", here: false },
        ]}
      />
      <div class={css.row}>
        <Menu
          label="More"
          trigger={(opens) => <IconButton icon="more" label="More" opens={opens} />}
          entries={[
            { heading: "Recording" },
            { text: "Rename", icon: "edit", onSelect: () => toast({ text: "Renamed" }) },
            { text: "Download", icon: "download", hint: "As MP4", disabled: true },
            { text: "Starred", checked: starred, onSelect: () => setStarred(!starred) },
            "-",
            { text: "Delete", icon: "trash", danger: true, onSelect: () => setOpen("small") },
          ]}
        />
        <Popover label="Words" trigger={(opens) => <Button opens={opens}>Open a popover</Button>}>
          {() => <p>A few words, or a form.</p>}
        </Popover>
        <Button onClick={() => setOpen("small")}>Ask a question</Button>
        <Button onClick={() => setOpen("drawer")}>Open a drawer</Button>
        <Button
          onClick={() => toast({ text: "12 recordings are held.", action: { text: "Undo", do: () => undefined } })}
        >
          Say something
        </Button>
      </div>
      <div class={`${css.narrow} ${css.stack}`}>
        <ToastCard toast={{ text: "12 recordings are held.", action: { text: "Undo", do: close } }} onClose={close} />
        <ToastCard
          toast={{ text: "3 of 12 could not be held.", hint: "You may not hold them.", tone: "danger" }}
          onClose={close}
        />
      </div>
      <Dialog
        small
        title="Delete this recording?"
        open={open === "small"}
        onClose={close}
        foot={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button kind="danger" onClick={close}>
              Delete
            </Button>
          </>
        }
      >
        <p>Nobody can bring it back.</p>
      </Dialog>
      <Drawer title="Details" open={open === "drawer"} onClose={close}>
        <p>Things that stand beside the page.</p>
      </Drawer>
    </Part>
  );
}

export function ListParts() {
  return (
    <>
      <Narrowing />
      <Over />
      <Tables />
    </>
  );
}
