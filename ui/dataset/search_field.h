#pragma once

#include <QLineEdit>

namespace dank::ui {

/// Where one types what to look for: Escape empties it, and leaves it once it is empty; so does Down.
class SearchField : public QLineEdit {
    Q_OBJECT
public:
    explicit SearchField(QWidget *parent = nullptr);

signals:
    void left();

protected:
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
};

}  // namespace dank::ui
