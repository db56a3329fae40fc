#pragma once

#include <QWidget>

#include <utility>
#include <vector>

namespace dank::ui {

/// Names with their points as bars from a middle line, blue to the left, orange to the right.
class EffectBars : public QWidget {
    Q_OBJECT
public:
    explicit EffectBars(const QString &name, QWidget *parent = nullptr);
    void setEffects(std::vector<std::pair<QString, double>> effects);

protected:
    void paintEvent(QPaintEvent *event) override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

private:
    std::vector<std::pair<QString, double>> m_effects;
};

}  // namespace dank::ui
