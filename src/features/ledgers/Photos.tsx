/** Photos taken now or chosen, kept on the device until they are sent. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Photo } from "./kept-photos.tsx";

interface Given {
  photos: readonly Photo[];
  add: (files: File[]) => Promise<void>;
  remove: (photo: Photo) => void;
}

export function Photos({ photos, add, remove }: Given) {
  const { t } = useTranslation();
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
          void add([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </label>
  );
  return (
    <fieldset className="photos">
      <legend>{t("record.photos")}</legend>
      {photos.map((photo) => (
        <Thumb key={photo.key} photo={photo} remove={() => remove(photo)} />
      ))}
      {input(true)}
      {input(false)}
    </fieldset>
  );
}

function Thumb({ photo: { file }, remove }: { photo: Photo; remove: () => void }) {
  const { t } = useTranslation();
  const show = useCallback(
    (image: HTMLImageElement) => {
      const address = URL.createObjectURL(file);
      image.src = address;
      return () => URL.revokeObjectURL(address);
    },
    [file],
  );
  return (
    <span className="photo">
      <img ref={show} alt={file.name} />
      <button type="button" aria-label={t("record.removePhoto", { name: file.name })} onClick={remove}>
        ✕
      </button>
    </span>
  );
}
