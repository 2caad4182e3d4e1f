/** Photos taken now or chosen, kept on the device until they are sent. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { newId } from "#web/api/new-id.ts";
import type { Photo } from "#web/offline/device-store.ts";

export function Photos({ photos, change }: { photos: readonly Photo[]; change: (photos: Photo[]) => void }) {
  const { t } = useTranslation();
  const take = (files: FileList | null): void => {
    const taken = [...(files ?? [])].map((file) => ({ id: newId(), name: file.name, blob: file }));
    if (taken.length > 0) change([...photos, ...taken]);
  };
  const input = (camera: boolean) => (
    <label className={camera ? "photo-add camera" : "photo-add"}>
      <span aria-hidden>{camera ? "◉" : "＋"}</span>
      {camera ? t("record.camera") : t("record.album")}
      <input
        type="file"
        accept="image/*"
        multiple
        {...(camera ? { capture: "environment" as const } : {})}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
    </label>
  );
  return (
    <fieldset className="photos">
      <legend>{t("record.photos")}</legend>
      {photos.map((photo) => (
        <Thumb key={photo.id} photo={photo} remove={() => change(photos.filter(({ id }) => id !== photo.id))} />
      ))}
      {input(true)}
      {input(false)}
    </fieldset>
  );
}

function Thumb({ photo, remove }: { photo: Photo; remove: () => void }) {
  const { t } = useTranslation();
  const show = useCallback(
    (image: HTMLImageElement) => {
      const address = URL.createObjectURL(photo.blob);
      image.src = address;
      return () => URL.revokeObjectURL(address);
    },
    [photo.blob],
  );
  return (
    <span className="photo">
      <img ref={show} alt={photo.name} />
      <button type="button" aria-label={t("record.removePhoto", { name: photo.name })} onClick={remove}>
        ✕
      </button>
    </span>
  );
}
