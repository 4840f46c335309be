import { WebSocket } from 'ws';

/** Close codes with which `ws` itself ends a connection: protocol error, invalid UTF-8, message too big (RFC 6455 §7.4.1). */
export type Violation = 1002 | 1007 | 1009;

/**
 * A WebSocket that gives its owner one chance to speak before `ws` closes it for a violation, so that the agent learns
 * in a sentence what was wrong.
 */
export class AgentWebSocket extends WebSocket {
  onViolation: ((code: Violation) => void) | null = null;

  override close(code?: number, reason?: string | Buffer): void {
    const speak = this.onViolation;
    if (code === 1002 || code === 1007 || code === 1009) {
      this.onViolation = null;
      speak?.(code);
    }
    super.close(code, reason);
  }
}
