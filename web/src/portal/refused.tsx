/** A page that is not for whoever opened it, said once and before anything is asked of the server. */

import { LinkButton } from "../ui/button.tsx";
import { Empty } from "../ui/notice.tsx";
import { Center } from "./shell.tsx";

export function Refused({ what }: { readonly what: string }) {
  return (
    <Center>
      <Empty
        wholePage
        icon="lock"
        title="This page is not for you"
        hint={`None of your roles allows ${what}. Somebody who administers this site can give you one that does.`}
      >
        <LinkButton href="/recordings">All recordings</LinkButton>
      </Empty>
    </Center>
  );
}
