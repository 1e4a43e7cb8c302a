/** The sign-in form's state: what was typed, which step it is at, what the server said. */

import { batch, computed, type Signal, signal } from "@preact/signals";
import { type Failure, toFailure } from "../core/failure.ts";
import {
  BEGIN,
  codeFault,
  passwordFault,
  plainCode,
  refused,
  refusedElsewhere,
  type SignInState,
  type SignInWays,
  waitS,
} from "../core/sign-in.ts";
import { nowMs } from "./clock.ts";
import { go } from "./router.ts";
import { presence } from "./session.ts";
import { getWays, renewPassword, signIn } from "./sign-in-api.ts";

/** Where the server cannot say, the form that always works is shown; what is wrong is said when it is sent. */
const ORDINARY: SignInWays = { oidc: null, passwords: true, minLength: 12 };

/** Under which field a fault is shown. */
export type FieldName = "user" | "password" | "code" | "fresh";
export interface Fault {
  readonly field: FieldName;
  readonly words: string;
}

export class SignInStore {
  readonly ways = signal<SignInWays | null>(null);
  readonly state: Signal<SignInState>;
  readonly user = signal("");
  readonly password = signal("");
  readonly code = signal("");
  readonly fresh = signal("");
  readonly busy = signal(false);
  readonly fault = signal<Fault | null>(null);
  /** Seconds until the form may be sent again. */
  readonly wait = computed(() => waitS(this.state.value, nowMs.value));
  private readonly next: string;

  constructor(next: string, refusedAs: string) {
    this.next = next;
    this.state = signal(refusedAs === "" ? BEGIN : { ...BEGIN, failure: refusedElsewhere(refusedAs) });
  }

  async open(): Promise<void> {
    try {
      this.ways.value = await getWays();
    } catch {
      this.ways.value = ORDINARY;
    }
  }

  /** Back to the first step, with nothing known but the name. */
  restart(): void {
    batch(() => {
      this.state.value = BEGIN;
      this.password.value = "";
      this.code.value = "";
      this.fresh.value = "";
      this.fault.value = null;
    });
  }

  /** Between a code from the phone and one that was written down. */
  toggleRecovery(): void {
    batch(() => {
      this.state.value = { ...this.state.value, recovery: !this.state.value.recovery, failure: null };
      this.code.value = "";
      this.fault.value = null;
    });
  }

  /** Sends the step that is shown. */
  async send(): Promise<void> {
    if (this.busy.value || waitS(this.state.value, performance.now()) > 0) return;
    const fault = this.faultOf();
    this.fault.value = fault;
    if (fault !== null) return;
    this.busy.value = true;
    this.state.value = { ...this.state.value, failure: null, waitUntilMs: null };
    try {
      await this.ask();
    } catch (error) {
      this.refuse(toFailure(error));
    } finally {
      this.busy.value = false;
    }
  }

  private faultOf(): Fault | null {
    const { step, recovery } = this.state.value;
    if (step === "code") {
      const words = codeFault(this.code.value, recovery);
      return words === null ? null : { field: "code", words };
    }
    if (step === "renew") {
      const least = (this.ways.value ?? ORDINARY).minLength;
      const words = passwordFault(this.fresh.value, this.user.value.trim(), least, this.password.value);
      return words === null ? null : { field: "fresh", words };
    }
    if (this.user.value.trim() === "") return { field: "user", words: "Enter your name." };
    return this.password.value === "" ? { field: "password", words: "Enter your password." } : null;
  }

  private async ask(): Promise<void> {
    const { step, after, recovery } = this.state.value;
    const user = this.user.value.trim();
    const code = plainCode(this.code.value, recovery);
    const renewing = step === "renew" || (step === "code" && after === "renew");
    const session = renewing
      ? await renewPassword(user, this.password.value, this.fresh.value, code)
      : await signIn(user, this.password.value, step === "code" ? code : "");
    presence.value = { status: "somebody", session };
    go(this.next, "replace");
  }

  private refuse(failure: Failure): void {
    batch(() => {
      const before = this.state.value;
      const now = refused(before, failure, performance.now());
      this.state.value = now;
      // What was wrong is typed again; what is still needed for the next step is kept.
      if (now.step === "code") this.code.value = "";
      else if (now.step === "password") this.password.value = "";
    });
  }
}
