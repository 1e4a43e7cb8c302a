/** The fields of each step of signing in. */

import { passwordAdvice } from "../core/sign-in.ts";
import { Field, PasswordField } from "../ui/field.tsx";
import type { FieldName, SignInStore } from "./sign-in-store.ts";

interface FieldsProps {
  readonly store: SignInStore;
}

function errorOf(store: SignInStore, field: FieldName): string | null {
  const fault = store.fault.value;
  return fault?.field === field ? fault.words : null;
}

export function PasswordFields({ store }: FieldsProps) {
  const known = store.user.value !== "" && store.state.value.failure !== null;
  return (
    <>
      <div data-first={known ? undefined : ""}>
        <Field
          label="Name"
          name="username"
          value={store.user.value}
          autocomplete="username"
          error={errorOf(store, "user")}
          onInput={(value) => {
            store.user.value = value;
          }}
        />
      </div>
      <div data-first={known ? "" : undefined}>
        <PasswordField
          label="Password"
          name="password"
          value={store.password.value}
          autocomplete="current-password"
          error={errorOf(store, "password")}
          onInput={(value) => {
            store.password.value = value;
          }}
        />
      </div>
    </>
  );
}

/** So that password managers know whose code or new password it is. */
function Whose({ store }: FieldsProps) {
  return <input type="text" name="username" autocomplete="username" value={store.user.value} readOnly hidden />;
}

export function CodeFields({ store }: FieldsProps) {
  const { recovery } = store.state.value;
  return (
    <div data-first="">
      <Whose store={store} />
      <Field
        key={String(recovery)}
        label={recovery ? "Recovery code" : "Code"}
        name={recovery ? "recovery-code" : "code"}
        value={store.code.value}
        autocomplete={recovery ? "off" : "one-time-code"}
        inputMode={recovery ? "text" : "numeric"}
        hint={recovery ? "Lost those too? An administrator can turn off your second factor." : "Six digits."}
        error={errorOf(store, "code")}
        onInput={(value) => {
          store.code.value = value;
        }}
      />
    </div>
  );
}

export function RenewFields({ store, minLength }: FieldsProps & { readonly minLength: number }) {
  return (
    <div data-first="">
      <Whose store={store} />
      <PasswordField
        label="New password"
        name="new-password"
        value={store.fresh.value}
        autocomplete="new-password"
        hint={passwordAdvice(minLength)}
        error={errorOf(store, "fresh")}
        onInput={(value) => {
          store.fresh.value = value;
        }}
      />
    </div>
  );
}
