#pragma once

#include <QString>
#include <QWidget>

#include <array>
#include <vector>

namespace dank::ui {

/// Where rated memes fall among a model's reference set: forty bars from cold to hot, and under their axis a tick for
/// each meme. Memes that fall together share one, the taller the more they are; over it their names are told.
class ScoreStrip : public QWidget {
    Q_OBJECT
public:
    static constexpr int kBars = 40;

    /// A rated meme.
    struct Mark {
        double dankness = 0;  ///< 0..1
        QString name;
    };
    /// Memes that share a tick.
    struct Bundle {
        double x = 0;  ///< the middle, pixels
        std::vector<std::size_t> marks;
    };

    explicit ScoreStrip(QWidget *parent = nullptr);

    /// `sorted` holds dankness values in 0..1; those outside count in the first or last bar.
    void setReference(const std::vector<float> &sorted);
    /// Those that are not finite are left out.
    void setScores(std::vector<Mark> scores);
    const std::array<int, kBars> &bars() const { return m_bars; }
    /// From left to right, as wide as the strip is now.
    std::vector<Bundle> bundles() const;
    /// What is told of the memes near this place; empty where there is none.
    QString textAt(double x) const;
    QSize sizeHint() const override { return {260, 84}; }

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    std::array<int, kBars> m_bars{};
    std::vector<Mark> m_scores;
};

}  // namespace dank::ui
