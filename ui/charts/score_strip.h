#pragma once

#include <QWidget>

#include <array>
#include <vector>

namespace dank::ui {

/// Where rated memes fall among a model's reference set: forty bars from cold to hot, and a tick for each meme.
class ScoreStrip : public QWidget {
    Q_OBJECT
public:
    static constexpr int kBars = 40;

    explicit ScoreStrip(QWidget *parent = nullptr);

    /// `sorted` holds dankness values in 0..1; those outside count in the first or last bar.
    void setReference(const std::vector<float> &sorted);
    void setScores(std::vector<double> scores);
    const std::array<int, kBars> &bars() const { return m_bars; }
    QSize sizeHint() const override { return {260, 84}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::array<int, kBars> m_bars{};
    std::vector<double> m_scores;
};

}  // namespace dank::ui
