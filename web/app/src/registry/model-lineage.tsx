import { ModelVersionsDocument } from '../generated/registry/model.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { LineageExplorer } from '../lineage/explorer.tsx';
import { Select } from '../ui/field.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';
import type { Model } from './model-page.tsx';
import { placeOf } from './place.ts';
import { mainAlias } from './promotion.ts';
import styles from './registry.module.css';

/** What a version of a registered model came from and what came of it: to begin with the one in production. */
export default function ModelLineage({ model }: { model: Model }) {
  const t = useT();
  const [params, setParams] = useParams();
  const { data, error, reload } = useData(ModelVersionsDocument, { path: model.path });
  const versions = data?.collection?.versions.edges.map((edge) => edge.node) ?? [];
  const place = placeOf(model);
  const main = mainAlias(model.aliases, (name) => place.protectedAliases.has(name));
  const asked = params.get('version');
  const shown =
    versions.find((one) => `v${one.index}` === asked) ?? versions.find((one) => one.id === main?.version.id);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  if (!shown) return <Notice tone="info">{t('registry.noVersionsYet')}</Notice>;
  return (
    <>
      <div className={styles.search}>
        <Select
          label={t('registry.lineageOf')}
          value={`v${shown.index}`}
          options={versions.map((one) => ({
            value: `v${one.index}`,
            label: `v${one.index}`,
            hint: one.aliases.join(', '),
          }))}
          onChange={(version) => setParams({ version })}
        />
      </div>
      <LineageExplorer key={shown.id} focusId={shown.id} focusPath={shown.path} kind="REGISTRY_VERSION" />
    </>
  );
}
