import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { differences } from '../../../shared/policy/differences.ts';
import type { PublishedVersion } from '../../../shared/protocol/http/policy.ts';
import { usePolicyHistory } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Older } from '../frame/Older.tsx';
import { Page } from '../frame/Page.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';
import { comparedVersions } from './history.ts';

/** Every policy that was published: when, by whom, why, and what it changed. The same for everyone in the organisation. */
export function HistoryPage() {
  const history = usePolicyHistory();
  const versions = comparedVersions(history.data ?? []);
  return (
    <Page
      title={say('history.title')}
      lead={say('history.lead')}
      actions={
        <Button component={Link} to="/notice/keys" variant="default" leftSection={<IconKey size={17} aria-hidden />}>
          {say('keys.open')}
        </Button>
      }
    >
      {history.isPending && <Waiting lines={6} />}
      {history.isError && !history.isFetchNextPageError && (
        <Failure error={history.error} retry={() => void history.refetch()} />
      )}
      {versions.length > 0 && (
        <div className="dl-stack">
          {versions.map(({ version, before }, index) => (
            <Version key={version.policy.version} version={version} before={before} isInForce={index === 0} />
          ))}
          <Older
            pages={history}
            label={say('history.older')}
            shown={count(history.hasNextPage ? 'history.shown' : 'history.all', versions.length)}
          />
        </div>
      )}
    </Page>
  );
}

function Version(props: { version: PublishedVersion; before: PublishedVersion | null; isInForce: boolean }) {
  const { version, before, isInForce } = props;
  const { policy, publishedAt, reason } = version;
  const [author, approver] = [useAuthorName(version.author), useAuthorName(version.approvedBy ?? null)];
  const heading = `version-${policy.version}`;
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div>
        <div className="dl-row">
          <h2 id={heading}>{say('history.version', { version: policy.version })}</h2>
          {isInForce && <Mark tone="on">{say('history.inForce')}</Mark>}
        </div>
        <p className="dl-quiet dl-small">
          {say('history.by', { when: dateTime(publishedAt), author })}
          {version.approvedBy !== undefined && ` ${say('proposals.approvedBy', { approver })}`}
        </p>
      </div>
      <p>{say('history.reason', { reason })}</p>
      {before === null ? <p>{say('history.first')}</p> : <Changes changes={differences(before.policy, policy)} />}
      <p className="dl-small">
        <Link to={`/notice/versions/${policy.version}`}>{say('history.notice', { version: policy.version })}</Link>
      </p>
    </section>
  );
}
