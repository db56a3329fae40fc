#pragma once

#include <QImage>
#include <QWidget>

#include <memory>
#include <optional>

#include "core/explain/explanation.h"

namespace dank::ui {

/// A picture with the map of its score over it. The mouse, or the arrow keys, pick a place; its points are told.
class HeatView : public QWidget {
    Q_OBJECT
public:
    explicit HeatView(QWidget *parent = nullptr);

    /// Keeps the picked place where the grid stays the same.
    void setExplanation(std::shared_ptr<const Explanation> explanation);
    void setOpacity(double opacity);  ///< 0..1
    /// What is told of the picked place; empty for none.
    QString placeText() const;

signals:
    void picked(const QString &text);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    QSize sizeHint() const override { return {420, 420}; }
    QSize minimumSizeHint() const override { return {220, 180}; }

private:
    struct Place {
        std::size_t row = 0, column = 0;
        bool operator==(const Place &) const = default;
    };
    QRectF pictureRect() const;
    QRectF placeRect() const;
    void pick(std::optional<Place> place);
    void draw();

    std::shared_ptr<const Explanation> m_explanation;
    double m_opacity = 0.7;
    QImage m_drawn;
    std::optional<Place> m_place;
};

/// The scale under a map: its colours and what its ends stand for.
class HeatLegend : public QWidget {
    Q_OBJECT
public:
    explicit HeatLegend(QWidget *parent = nullptr);
    void setExplanation(const Explanation *explanation);

protected:
    void paintEvent(QPaintEvent *event) override;
    QSize sizeHint() const override { return {240, 40}; }
    QSize minimumSizeHint() const override { return {160, 40}; }

private:
    double m_end = 0;
};

}  // namespace dank::ui
