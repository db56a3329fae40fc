#pragma once

#include <qcustomplot.h>

#include <QColor>
#include <QElapsedTimer>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QVector>

#include <functional>
#include <vector>

#include "ui/widgets/theme.h"

namespace dank::ui {

/// Where a chart's figures come from: the footer of an exported chart. Empty parts are left out.
struct ChartProvenance {
    qint64 run = 0;
    QString seed;
    QString dataset;      ///< its name
    QString datasetHash;  ///< shortened in the footer
    QString backbone;
    QString note;  ///< e.g. "untrained network"

    /// "run 6 · seed 42 · sample (3f9a1c02) · inception_v3 · Dank Learning 0.1.0"
    QString footer() const;
};

/// A line of a chart's legend.
struct LegendEntry {
    QString text;
    QColor colour;
    enum class Shape { Dot, Dashes } shape = Shape::Dot;
};

/// The figures behind a chart as text, in the C locale: first the column names, then the rows.
struct ChartTable {
    QStringList columns;
    std::vector<QStringList> rows;
};

/// A QCustomPlot with the window's look and habits: recolours with the palette, no frame, horizontal grid only;
/// wheel zooms, drag pans, double-click, 0 and Ctrl+0 reset; repaints at most 30 times a second however often
/// requestReplot() is called. GUI thread only.
class Plot : public QCustomPlot {
    Q_OBJECT
public:
    explicit Plot(QWidget *parent = nullptr);

    /// Marks the plot dirty; it repaints once when the next time slice of 33 ms comes, or when it is shown.
    void requestReplot();
    /// How many times the plot was drawn whole.
    int replots() const { return m_replots; }

    /// Shows everything again.
    virtual void resetView() = 0;
    /// How many items (bins, epochs, memes, rows) pointing and the arrow keys can read out, in reading order.
    virtual int items() const = 0;
    /// Reads item `index` out, see hoverText(); nothing happens where there is none.
    void showItem(int index);
    /// Sets every colour from `tokens`; does not draw. Overrides call the base.
    virtual void restyle(const Tokens &tokens);
    /// What an exported chart says besides the plot.
    virtual QString exportTitle() const = 0;
    virtual QVector<LegendEntry> legendEntries(const Tokens &tokens) const;
    virtual ChartTable table() const = 0;

    void setProvenance(const ChartProvenance &provenance) { m_provenance = provenance; }
    const ChartProvenance &provenance() const { return m_provenance; }

    /// For a plot inside a scrolling page: the wheel zooms only while the plot has the keyboard focus.
    void setWheelNeedsFocus(bool needs) { m_wheelNeedsFocus = needs; }
    /// A muted sentence in the middle while there is nothing to draw; empty for none.
    void setEmptyText(const QString &text);
    /// The label that follows the mouse or the arrow keys; empty while it is hidden.
    QString hoverText() const;

signals:
    /// The user moved or zoomed the view.
    void viewMoved();
    /// Ctrl+Shift+C or the context menu.
    void copyRequested();
    /// Ctrl+Shift+E or the context menu.
    void exportRequested();

protected:
    /// Shows the hover label beside `anchor` (pixels) with a crosshair line when `vertical`.
    void showHover(const QString &text, const QPointF &anchor, bool vertical);
    void hideHover();
    /// The item that is meant at a pixel of the widget, or -1.
    virtual int itemAt(const QPoint &position) const = 0;
    /// Shows the hover label of an item.
    virtual void readItem(int index) = 0;
    /// Whether a key goes from item to item; then it has.
    bool walk(const QKeyEvent &event);
    /// There are other items now.
    void forgetItem();
    /// Zooms about the middle of the view; below 1 zooms in.
    void zoomBy(double factor);
    const Tokens &tokens() const;

    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    /// Adds what a chart offers besides copy, export and reset.
    virtual void fillContextMenu(QMenu &menu);

    int m_cursor = -1;                           ///< the item read out last
    int m_stride = 1;                            ///< items that an arrow key goes with Shift
    Qt::Orientation m_walking = Qt::Horizontal;  ///< of the arrow keys

private:
    void replotIfDirty();

    ChartProvenance m_provenance;
    QTimer m_slice;
    bool m_dirty = false;
    bool m_wheelNeedsFocus = false;
    int m_replots = 0;
    QCPItemText *m_empty;
    QCPItemText *m_hover;
    QCPItemLine *m_crosshair;
};

/// Points alone, without a line.
QCPGraph *addPoints(QCPAxis *keys, QCPAxis *values);
/// Whiskers up and down of a graph's points.
QCPErrorBars *addWhiskers(QCPGraph *graph);
QPen dashedPen(const QColor &colour, double width, const QVector<qreal> &pattern);

/// Ticks of a loss axis: plain steps on a linear axis; on a logarithmic one whole decades, or 1-2-5 steps where few
/// decades are in view.
class LossTicker : public QCPAxisTicker {
public:
    void setLogarithmic(bool on) { m_logarithmic = on; }

protected:
    QString getTickLabel(double tick, const QLocale &locale, QChar formatChar, int precision) override;
    QVector<double> createTickVector(double tickStep, const QCPRange &range) override;
    int getSubTickCount(double) override { return 0; }

private:
    bool m_logarithmic = false;
};

/// Whole numbers only, grouped: epochs and counts.
class WholeNumberTicker : public QCPAxisTicker {
public:
    explicit WholeNumberTicker(bool compact = false) : m_compact(compact) {}

protected:
    QString getTickLabel(double tick, const QLocale &locale, QChar formatChar, int precision) override;
    double getTickStep(const QCPRange &range) override;
    int getSubTickCount(double) override { return 0; }

private:
    bool m_compact;
};

}  // namespace dank::ui
