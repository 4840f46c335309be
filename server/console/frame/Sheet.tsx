import { Drawer, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { say } from '../strings/say.ts';

interface SheetProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly size?: string;
  readonly children: ReactNode;
}

// Locking the page behind a dialog is done with a <style> element, which the content security policy does not allow.
const common = { lockScroll: false, closeButtonProps: { 'aria-label': say('action.close') } } as const;

export function Dialog({ size = '34rem', ...props }: SheetProps) {
  return <Modal {...common} {...props} size={size} centered radius="md" />;
}

export function SidePanel({ size = '34rem', ...props }: SheetProps) {
  return <Drawer {...common} {...props} size={size} position="right" />;
}
