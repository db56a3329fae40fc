#pragma once

#include <QDialog>

namespace dank::ui {

/// A dialog of one width that is as high as what it holds, also when that changes; where it grows out of
/// the window that it belongs to, it moves up.
class FittedDialog : public QDialog {
    Q_OBJECT
public:
    explicit FittedDialog(int width, QWidget *parent = nullptr);

protected:
    bool event(QEvent *event) override;

private:
    void fit();

    int m_width;
};

}  // namespace dank::ui
