/** What a file holds, for those who show it in the page. */
import { linkTo } from "#web/api/client.ts";

/** What scrolls can be reached by keyboard. */
export const byKeyboard = (place: HTMLElement | null): void => {
  if (place) place.tabIndex = 0;
};

export interface At {
  campaign: string;
  entry: string;
  attachment: string;
}

export const loadContent = async (at: At): Promise<Blob> => {
  const answer = await fetch(linkTo("attachments.get", at));
  if (!answer.ok) throw new Error(((await answer.json()) as { detail: string }).detail);
  return answer.blob();
};
