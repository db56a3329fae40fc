#pragma once

#include "ui/widgets/card.h"
#include "ui/widgets/fitted_dialog.h"

class QPushButton;

namespace dank::ui {

/// Asked before a TorchScript file is used: it is a program, and running it lets its author do anything that the user
/// can. Cancel is the default. Shows what the description beside it says, or how to write one; without one there is
/// nothing to accept.
class OwnNetworkDialog : public FittedDialog {
    Q_OBJECT
public:
    explicit OwnNetworkDialog(const QString &file, QWidget *parent = nullptr);

    /// The description that belongs to a file: the same name but for ".json".
    static QString descriptionPath(const QString &file);
    static QString example();
    QPushButton *acceptButton() { return m_accept; }
    QString finding() const { return m_finding->text(); }

protected:
    void changeEvent(QEvent *event) override;

private:
    void look();

    QString m_file;
    TextLabel *m_finding;
    QWidget *m_help;
    QPushButton *m_accept;
};

}  // namespace dank::ui
