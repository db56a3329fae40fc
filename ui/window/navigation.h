#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QListWidget;

namespace dank::ui {

class TextLabel;

/// The leading list of pages: icon, name and a status dot whose shape tells the state; a caption at the bottom.
class Navigation : public QWidget {
    Q_OBJECT
public:
    explicit Navigation(QWidget *parent = nullptr);

    void setCurrent(Page page);
    void setState(Page page, PageState state);
    /// What rates at the moment, e.g. "Inception V3" and "run 7 · epoch 96"; long texts are elided.
    void setCaption(const QString &first, const QString &second);

signals:
    void pageChosen(dank::ui::Page page);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QListWidget *m_list;
    TextLabel *m_first;
    TextLabel *m_second;
};

/// Names of the pages in their order.
QString pageName(Page page);
inline constexpr int kPageCount = 5;

}  // namespace dank::ui
