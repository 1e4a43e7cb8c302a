/** Every component in every state, on one page: where design is looked at, in light and dark, at every width. */

import { useRef, useState } from "preact/hooks";
import type { Failure } from "../core/failure.ts";
import { Badge } from "../ui/badge.tsx";
import { Button, IconButton, type Kind, LinkButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, PasswordField, Select } from "../ui/field.tsx";
import { ICONS, Icon, Mark } from "../ui/icon.tsx";
import { KeyHelp } from "../ui/keys.tsx";
import { Empty, FailureNotice, Notice } from "../ui/notice.tsx";
import { Page, PageHead } from "../ui/page.tsx";
import { type Looking, Picture } from "../ui/picture.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Bone } from "../ui/skeleton.tsx";
import { BigButton, BlackoutCard, Chip, Corner, FailureCard, GapCard } from "../ui/stage.tsx";
import { Transport, type TransportActions, type TransportState } from "../ui/transport.tsx";
import css from "./components.module.css";
import { CoverageParts } from "./components-coverage.tsx";
import { ListParts } from "./components-lists.tsx";
import { Part } from "./components-part.tsx";
import { TimelineParts } from "./components-timeline.tsx";

const COLOURS = [
  ["canvas", "frame", "surface", "raised", "sunken", "line-faint", "line", "line-strong"],
  ["text", "text-muted", "text-faint"],
  ["accent", "accent-strong", "accent-soft", "live", "live-soft", "warn", "warn-soft", "blackout"],
].flat();

const TYPE = ["2xl", "xl", "l", "m", "s", "xs"];

const FAILURE: Failure = {
  code: "net.unreachable",
  message: "The server cannot be reached.",
  hint: "The network may be down, or the server.",
  remedy: "retry",
};

const nothing = (): void => undefined;

const ACTIONS: TransportActions = {
  toggle: nothing,
  step: nothing,
  setSpeed: nothing,
  goLive: nothing,
  toggleSkipIdle: nothing,
  clearRange: nothing,
  chooseTrack: nothing,
  toggleTiles: nothing,
  setVolume: nothing,
  toggleMute: nothing,
  bookmark: nothing,
  toggleFullscreen: nothing,
  toggleTheatre: nothing,
  toggleWindow: nothing,
  help: nothing,
};

const STATE: TransportState = {
  positionUs: 754_200_000,
  durationUs: 3_720_000_000,
  startedAtUs: 1_795_600_800_000_000,
  playing: true,
  ended: false,
  speed: 1,
  growing: false,
  live: false,
  behindUs: 0,
  skipIdle: false,
  savedUs: 740_000_000,
  marks: { inUs: 700_000_000, outUs: 812_000_000 },
  tracks: [
    { id: 1, name: "DP-1" },
    { id: 2, name: "HDMI-1" },
  ],
  track: 1,
  tiled: false,
  volume: 0.7,
  fullscreen: false,
  theatre: false,
  inWindow: false,
};

function Foundations() {
  return (
    <>
      <Part title="Colour">
        <div class={css.colours}>
          {COLOURS.map((name) => (
            <div key={name}>
              <div class={css.colour} style={{ background: `var(--${name})` }} />
              {name}
            </div>
          ))}
        </div>
      </Part>
      <Part title="Type">
        {TYPE.map((size) => (
          <p key={size} style={{ fontSize: `var(--type-${size})` }}>
            {size} · What the agent saw, second by second <span class="figures">10:42:07</span>
          </p>
        ))}
      </Part>
      <Part title="Mark and icons">
        <div class={css.row}>
          <Mark size={40} />
          {ICONS.map((name) => (
            <Icon key={name} name={name} />
          ))}
        </div>
      </Part>
    </>
  );
}

const KINDS: readonly Kind[] = ["primary", "plain", "quiet", "danger"];

function Actions() {
  const [choice, setChoice] = useState<"all" | "some" | "none">("all");
  const [open, setOpen] = useState(false);
  return (
    <Part title="Actions">
      {[false, true].map((small) => (
        <div key={String(small)} class={css.row}>
          {KINDS.map((kind) => (
            <Button key={kind} kind={kind} small={small} icon="record">
              {kind}
            </Button>
          ))}
          <Button small={small} disabled>
            disabled
          </Button>
          <LinkButton href="/components" small={small} icon="play">
            link
          </LinkButton>
          <IconButton icon="link" label="An icon" small={small} />
          <IconButton icon="skip" label="An icon that is on" pressed small={small} />
        </div>
      ))}
      <div class={css.row}>
        <Segmented
          label="Choice"
          value={choice}
          options={[
            { value: "all", text: "All" },
            { value: "some", text: "Some" },
            { value: "none", text: "None" },
          ]}
          onChange={setChoice}
        />
        <Select
          label="Workstation"
          value="a"
          options={[
            ["a", "All workstations"],
            ["b", "ws-01"],
          ]}
          onChange={nothing}
        />
        <Button onClick={() => setOpen(true)}>Open a dialog</Button>
        <Dialog title="Keyboard" open={open} onClose={() => setOpen(false)}>
          <KeyHelp />
        </Dialog>
      </div>
    </Part>
  );
}

function Words() {
  return (
    <>
      <Part title="Facts">
        <div class={css.row}>
          <Badge>Neutral</Badge>
          <Badge tone="accent">Accent</Badge>
          <Badge tone="live" dot>
            Recording now
          </Badge>
          <Badge tone="warn">2 gaps</Badge>
        </div>
      </Part>
      <Part title="Fields">
        <div class={`${css.narrow} ${css.stack}`}>
          <Field label="Name" name="name" value="sam" onInput={nothing} />
          <PasswordField
            label="New password"
            name="fresh"
            value="paper clouds"
            hint="Something to know before typing."
            onInput={nothing}
          />
          <Field
            label="Password"
            name="secret"
            type="password"
            value=""
            error="Enter your password."
            onInput={nothing}
          />
        </div>
      </Part>
      <Part title="Notices">
        <div class={css.stack}>
          <Notice title="Something to know" hint="And what it means." icon="help" />
          <Notice tone="warn" title="The connection to the server is interrupted." hint="It is being tried again." />
          <FailureNotice failure={FAILURE} onRemedy={nothing} />
          <Empty title="No recordings yet" hint="They appear here by themselves." icon="record" />
          <Bone width="60%" />
          <Bone width="40%" />
        </div>
      </Part>
    </>
  );
}

const LOOKING: Looking = {
  view: { scale: 2, x: 0.4, y: 0.4 },
  box: { width: 320, height: 180 },
  picture: { width: 1920, height: 1080 },
  onBox: nothing,
  onPicture: nothing,
  onCloser: nothing,
  onDrag: nothing,
  onToggle: nothing,
  onCentre: nothing,
  onWhole: nothing,
};

const SCREENS = [
  { track: 1, name: "DP-1" },
  { track: 2, name: "HDMI-1" },
];

/** The picture looked at closely, or both monitors. */
function Pictures({ tiled }: { readonly tiled: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  return (
    <div class={`${css.dark} ${css.stage}`}>
      <Picture
        video={video}
        label="A recorded screen"
        looking={LOOKING}
        tiles={tiled ? SCREENS : []}
        leading={1}
        tileVideo={() => null}
        onTile={nothing}
        onClick={nothing}
      />
    </div>
  );
}

function PlayerParts() {
  const { positionUs } = STATE;
  return (
    <Part title="Player">
      <div class={css.dark}>
        <Transport state={{ ...STATE, positionUs }} actions={ACTIONS} />
        <Transport
          state={{ ...STATE, positionUs, growing: true, live: true, behindUs: 400_000, tracks: [], skipIdle: true }}
          actions={ACTIONS}
        />
        <Transport
          state={{ ...STATE, positionUs, growing: true, behindUs: 61_000_000, playing: false, ended: true }}
          actions={ACTIONS}
        />
      </div>
      <div class={css.stages}>
        <Pictures tiled={false} />
        <Pictures tiled />
        <div class={`${css.dark} ${css.stage}`}>
          <GapCard title="Nothing was recorded here">
            <p>The workstation was off or could not be reached.</p>
            <p>0:42 missing, until 10:01:47</p>
          </GapCard>
        </div>
        <div class={`${css.dark} ${css.stage}`}>
          <BlackoutCard title="Blackout: card number">
            <p>Asked for by the agent, until 10:42</p>
          </BlackoutCard>
        </div>
        <div class={`${css.dark} ${css.stage}`}>
          <FailureCard failure={FAILURE} onRemedy={nothing} />
        </div>
        <div class={`${css.dark} ${css.stage}`}>
          <BigButton icon="replay" label="Play again" onClick={nothing} />
        </div>
        <div class={`${css.dark} ${css.stage}`}>
          <Corner>
            <Chip busy>The server cannot be reached. Trying again …</Chip>
            <Chip>Nothing new from the workstation: this is the last picture.</Chip>
          </Corner>
        </div>
      </div>
    </Part>
  );
}

export function ComponentsPage() {
  return (
    <Page>
      <PageHead
        title="Components"
        lead="Everything the pages are made of. Look here first when something is to be built."
      />
      <Foundations />
      <Actions />
      <Words />
      <ListParts />
      <CoverageParts />
      <TimelineParts />
      <PlayerParts />
    </Page>
  );
}
