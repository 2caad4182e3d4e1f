/** Photos of a record that is being made: each is kept on the device as soon as it is taken, until it has arrived. */
import { newId } from "#web/api/new-id.ts";
import { forget, keep, list, type Place } from "#web/offline/device.ts";
import { photosOf } from "#web/offline/kept.types.ts";

export interface Photo {
  key: string;
  file: File;
}

export const keptPhotos = async (place: Place, entry: string): Promise<Photo[]> =>
  (await list("files", place, photosOf(entry))).map(({ key, value }) => ({ key, file: value.file }));

export async function keepPhotos(place: Place, entry: string, files: readonly File[]): Promise<Photo[]> {
  // In the order in which they were taken.
  const photos = files.map((file, index) => ({ key: `${photosOf(entry)}${Date.now()}-${index}-${newId()}`, file }));
  for (const { key, file } of photos) await keep("files", place, key, { entry, file });
  return photos;
}

export async function forgetPhotos(place: Place, entry: string): Promise<void> {
  for (const { key } of await keptPhotos(place, entry)) await forget("files", place, key);
}
