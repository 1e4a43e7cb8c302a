/** Which site, where there are several. */

import { Choice } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { opensAttributes, Popover } from "../../ui/popover.tsx";
import css from "./coverage.module.css";

interface SiteChooserProps {
  readonly sites: readonly string[];
  readonly site: string;
  readonly onChange: (site: string) => void;
}

export function SiteChooser({ sites, site, onChange }: SiteChooserProps) {
  return (
    <Popover
      label="Site"
      align="end"
      trigger={(opens) => (
        <button type="button" class={css.day} {...opensAttributes(opens)}>
          <Icon name="library" size={16} />
          {site}
        </button>
      )}
    >
      {(close) => (
        <div class={css.sites}>
          {sites.map((one) => (
            <Choice
              key={one}
              pressed={one === site}
              onClick={() => {
                close();
                onChange(one);
              }}
            >
              {one}
            </Choice>
          ))}
        </div>
      )}
    </Popover>
  );
}
