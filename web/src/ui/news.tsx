/** What has come meanwhile, quietly, while somebody reads further down. */

import css from "./news.module.css";

interface NewsProps {
  /** "3 new"; empty where there is nothing. */
  readonly text: string;
  readonly onShow: () => void;
}

export function News({ text, onShow }: NewsProps) {
  return (
    <div class={css.news} role="status">
      {text !== "" && (
        <button type="button" class={css.pill} onClick={onShow}>
          {text}
        </button>
      )}
    </div>
  );
}
