#pragma once

#include <optional>
#include <vector>

#include "core/evaluate/bootstrap.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// One row of a RowChart.
struct ChartRow {
    enum class Tone {
        Accent,   ///< what the chart is about
        Known,    ///< something to hold it against
        Nothing,  ///< what says nothing: hollow, in the baseline's grey
    };
    QString name;    ///< at the left; ends in an ellipsis where it is too long
    QString figure;  ///< at the right
    QString hint;    ///< what the row says when it is pointed at
    Tone tone = Tone::Accent;
    std::optional<double> value = {};
    std::optional<Interval> interval = {};  ///< of the value
    std::optional<Interval> band = {};      ///< a pale bar behind it
};

struct RowChartContent {
    enum class Kind { Bars, Dots } kind = Kind::Bars;
    QString title;  ///< of an export
    QString axis;   ///< what the figures are
    std::vector<ChartRow> rows;
    double low = 0;  ///< the axis holds at least low … high, and 0,
    double high = 0;
    double floor = -1e300;  ///< and nothing beyond floor … ceiling: such rows end at its edge with an arrow
    double ceiling = 1e300;
    QVector<std::pair<QString, ChartRow::Tone>> legend;
    ChartTable table;
};

/// Named rows on one axis: bars from 0 or dots, with whiskers. Pointing or the up and down keys read a row out. The
/// wheel scrolls the page.
class RowChart : public Plot {
    Q_OBJECT
public:
    explicit RowChart(QWidget *parent = nullptr);

    void setContent(RowChartContent content);
    const RowChartContent &content() const { return m_content; }

    void resetView() override;
    int items() const override { return int(m_content.rows.size()); }
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override { return m_content.title; }
    QVector<LegendEntry> legendEntries(const Tokens &tokens) const override;
    ChartTable table() const override { return m_content.table; }

protected:
    int itemAt(const QPoint &position) const override;
    void readItem(int index) override;
    void keyPressEvent(QKeyEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    static constexpr std::size_t kTones = 3;

    RowChartContent m_content;
    std::vector<QCPBars *> m_bars;  ///< one per tone, as the others
    std::vector<QCPGraph *> m_dots, m_middles;
    std::vector<QCPErrorBars *> m_whiskers;
    QCPStatisticalBox *m_bands;
    QCPItemStraightLine *m_zero;
    QSharedPointer<QCPAxisTickerText> m_names, m_figures;
};

}  // namespace dank::ui
