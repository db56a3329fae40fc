#pragma once

#include <QList>
#include <QWidget>

class QGridLayout;

namespace dank::ui {

/// Cards in columns of one width: as many as fit.
class CardGrid : public QWidget {
    Q_OBJECT
public:
    /// A column is at least `least` wide; there are at most `most`.
    CardGrid(int least, int most, QWidget *parent = nullptr);
    /// Takes the cards over; those that were there and are not named any more are left to their owner.
    void setCards(const QList<QWidget *> &cards);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void place(bool force);

    int m_least, m_most;
    int m_columns = 0;
    QList<QWidget *> m_cards;
    QGridLayout *m_grid;
};

}  // namespace dank::ui
