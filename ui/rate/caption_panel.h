#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/session/session.h"

class QLineEdit;
class QPushButton;
class QTableWidget;

namespace dank::ui {

class TextLabel;

/// The words beside a rated picture: a field that is filled with what was read in it and moves the score as one types,
/// and captions held against each other, best first, with what their order is worth. Enter adds the field's words to
/// them; Delete removes one, Ctrl+C copies it.
class CaptionPanel : public QWidget {
    Q_OBJECT
public:
    explicit CaptionPanel(RatingBoard &board, QWidget *parent = nullptr);

    /// `place`: on the board. What is being typed stays.
    void showItem(std::size_t place, const RatedItem &item);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void say();
    void add();
    void remove();
    void copy() const;
    QString chosen() const;
    void showCompared(const RatedItem &item);

    RatingBoard &m_board;
    std::size_t m_place = 0;
    QTimer m_typing;  ///< runs while what is typed has not been rated
    QLineEdit *m_field;
    TextLabel *m_source, *m_readLine, *m_parts, *m_verdict;
    QPushButton *m_useRead, *m_add, *m_remove, *m_copy;
    QTableWidget *m_compared;
};

}  // namespace dank::ui
