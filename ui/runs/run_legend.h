#pragma once

#include <QWidget>

#include <vector>

#include "ui/charts/loss_overlays.h"

namespace dank::ui {

/// The names of compared runs with a sample of each line, in one line or more; hidden while there is none.
class RunLegend : public QWidget {
    Q_OBJECT
public:
    explicit RunLegend(QWidget *parent = nullptr);
    void setCurves(const std::vector<const RunCurve *> &curves);
    QString text() const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Entry {
        QString name;
        QColor colour;
        Qt::PenStyle style = Qt::SolidLine;
        bool operator==(const Entry &) const = default;
    };
    /// Where each entry stands, from its top left, in lines of `width`.
    std::vector<QPoint> places(int width) const;
    int lineHeight() const;

    std::vector<Entry> m_entries;
};

}  // namespace dank::ui
