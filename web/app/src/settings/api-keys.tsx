import { useState } from 'react';
import { ApiKeysDocument, type ApiKeysQuery, RevokeApiKeyDocument } from '../generated/settings/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Checkbox } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, Failure, Loading, Notice } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import { CreateApiKey } from './create-api-key.tsx';

type ApiKey = ApiKeysQuery['viewer']['user']['apiKeys'][number];

/** The viewer's own keys for programs: make one, revoke one. */
export function ApiKeys() {
  const t = useT();
  const { data, error, reload } = useData(ApiKeysDocument, {}, { isMain: true });
  const [areRevokedShown, showRevoked] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const { run, isRunning, refusal, reset } = useChange(RevokeApiKeyDocument);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  const keys = data.viewer.user.apiKeys.filter((key) => areRevokedShown || key.revokedAt === null);
  const revoke = async () => {
    if (!revoking) return;
    const { payload } = await run({ apiKeyId: revoking.id });
    if (!payload) return;
    setRevoking(null);
    reload();
  };
  const close = () => {
    setRevoking(null);
    reset();
  };
  return (
    <>
      <CreateApiKey onCreated={reload} />
      <Checkbox isSelected={areRevokedShown} onChange={showRevoked}>
        {t('settings.showRevoked')}
      </Checkbox>
      {keys.length === 0 ? (
        <Empty title={t('settings.noKeys')}>{t('settings.noKeysHint')}</Empty>
      ) : (
        <DataTable
          label={t('settings.keys')}
          rows={keys}
          columns={columnsOf(t, setRevoking)}
          rowKey={(key) => key.id}
        />
      )}
      <FormDialog
        isOpen={revoking !== null}
        onClose={close}
        title={t('settings.revokeTitle', { name: revoking ? nameOf(revoking) : '' })}
        confirm={t('settings.revoke')}
        onConfirm={revoke}
        isDisabled={isRunning}
        look="danger"
      >
        {refusal && <Notice tone="danger">{refusal.message}</Notice>}
        <p>{revoking?.isReadOnly ? t('settings.revokeReadHint') : t('settings.revokeHint')}</p>
      </FormDialog>
    </>
  );
}

function nameOf(key: ApiKey): string {
  return key.name || `${key.hint}…`;
}

function columnsOf(t: ReturnType<typeof useT>, onRevoke: (key: ApiKey) => void): Column<ApiKey>[] {
  return [
    { id: 'name', label: t('entity.name'), isKey: true, render: (key) => <span dir="auto">{nameOf(key)}</span> },
    { id: 'hint', label: t('settings.hint'), width: '110px', render: (key) => <code>{key.hint}…</code> },
    {
      id: 'scope',
      label: t('settings.scope'),
      isKey: true,
      render: (key) => <span dir="auto">{scopeOf(key, t)}</span>,
    },
    { id: 'created', label: t('settings.created'), width: '130px', render: (key) => <Time at={key.createdAt} /> },
    {
      id: 'expires',
      label: t('settings.expires'),
      width: '130px',
      render: (key) => (key.expiresAt ? <Time at={key.expiresAt} /> : t('settings.never')),
    },
    {
      id: 'revoke',
      label: t('settings.revoke'),
      width: '140px',
      isKey: true,
      render: (key) =>
        key.revokedAt ? (
          <span>
            {t('settings.revoked')} <Time at={key.revokedAt} />
          </span>
        ) : (
          <Button
            look="danger"
            aria-label={t('settings.revokeOne', { name: nameOf(key) })}
            onPress={() => onRevoke(key)}
          >
            {t('settings.revoke')}
          </Button>
        ),
    },
  ];
}

function scopeOf(key: ApiKey, t: ReturnType<typeof useT>): string {
  const place = key.project?.path ?? key.entity?.name ?? t('settings.everything');
  return key.isReadOnly ? t('settings.readOnlyIn', { place }) : place;
}
