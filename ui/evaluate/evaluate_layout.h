#pragma once

#include <QList>
#include <QWidget>

class QGridLayout;

namespace dank::ui {

/// Widgets side by side where there is room, else in fewer columns under each other.
class FoldingRow : public QWidget {
    Q_OBJECT
public:
    struct Part {
        QWidget *widget;
        int stretch = 1;  ///< of the width, while side by side
    };
    /// Narrower than `least` pixels there are only `folded` columns.
    FoldingRow(const QList<Part> &parts, int least, int folded = 1, QWidget *parent = nullptr);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void place(int columns);

    QList<Part> m_parts;
    int m_least, m_folded;
    int m_columns = 0;
    QGridLayout *m_grid;
};

}  // namespace dank::ui
