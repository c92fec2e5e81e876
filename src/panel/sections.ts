import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { ComponentType } from 'react';
import type { IChardPanel, OpenNotebook, PanelSection } from '../tokens';

export interface PanelHeader {
  readonly rank: number;
  readonly component: ComponentType<OpenNotebook>;
}

/** What features have added to the side panel. */
export class Sections implements IChardPanel {
  private _sections: readonly PanelSection[] = [];
  private _headers: readonly PanelHeader[] = [];
  private readonly _changed = new Signal<this, void>(this);
  private readonly _revealed = new Signal<this, void>(this);
  /** The section to show, until it has taken notice: the panel may have to be loaded first. */
  private wanted: string | null = null;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The panel shall be shown, with the section that is wanted, if one is. */
  get revealed(): ISignal<this, void> {
    return this._revealed;
  }

  get sections(): readonly PanelSection[] {
    return this._sections;
  }

  get headers(): readonly PanelHeader[] {
    return this._headers;
  }

  addSection(section: PanelSection): IDisposable {
    if (this._sections.some(({ id }) => id === section.id)) {
      throw new Error(`The panel has a section "${section.id}" already.`);
    }
    this._sections = [...this._sections, section].sort((a, b) => a.rank - b.rank);
    this._changed.emit();
    return new DisposableDelegate(() => {
      this._sections = this._sections.filter(each => each !== section);
      this._changed.emit();
    });
  }

  addHeader(header: PanelHeader): IDisposable {
    this._headers = [...this._headers, header].sort((a, b) => a.rank - b.rank);
    this._changed.emit();
    return new DisposableDelegate(() => {
      this._headers = this._headers.filter(each => each !== header);
      this._changed.emit();
    });
  }

  reveal(section?: string): void {
    this.wanted = section ?? null;
    this._revealed.emit();
  }

  /** Whether the section shall show itself: asked by a section that is there, or comes to be, and true once. */
  takeWanted(section: string): boolean {
    if (this.wanted !== section) return false;
    this.wanted = null;
    return true;
  }
}
