import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { differences } from '../../../shared/policy/differences.ts';
import { noticeOf } from '../../../shared/policy/notice.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { usePolicyVersion } from '../api/reads.ts';
import { SidePanel } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';
import { ClassLine } from './ClassLine.tsx';
import { NoticeText } from './NoticeText.tsx';

/** What a policy that is not published yet would change, its class, and the notice that it would make; `children`: what can be done about it. */
export function PolicyAhead({
  before,
  after,
  children,
}: {
  before: PolicyDocument;
  after: PolicyDocument;
  children?: ReactNode;
}) {
  const [shown, notice] = useDisclosure(false);
  return (
    <>
      <Changes changes={differences(before, after)} />
      <div>
        <ClassLine before={before} after={after} />
      </div>
      <div className="dl-row">
        {children}
        <Button size="sm" variant="default" onClick={notice.open}>
          {say('ahead.notice')}
        </Button>
      </div>
      <SidePanel opened={shown} onClose={notice.close} title={say('ahead.noticeTitle')}>
        <div className="dl-stack">
          <NoticeText notice={noticeOf(after)} />
        </div>
      </SidePanel>
    </>
  );
}

/** The policy that another one was made from; undefined until it is read. */
export function useBase(version: number, current: PolicyDocument): PolicyDocument | undefined {
  const isCurrent = version === current.version;
  const older = usePolicyVersion(version, !isCurrent);
  return isCurrent ? current : older.data?.policy;
}
