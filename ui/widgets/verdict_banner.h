#pragma once

#include <optional>

#include "core/evaluate/verdict.h"
#include "ui/widgets/card.h"

namespace dank::ui {

/// Whether a model learned anything: icon, words and a coloured edge; on a coloured ground unless it did.
class VerdictBanner : public QFrame {
    Q_OBJECT
public:
    explicit VerdictBanner(QWidget *parent = nullptr);
    /// `kind` empty: not judged. Both texts are shown whole, as plain text.
    void setVerdict(std::optional<VerdictKind> kind, const QString &headline, const QString &text);
    /// A button at the right end; empty hides it.
    void setAction(const QString &text);

signals:
    void clicked();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void restyle();

    std::optional<VerdictKind> m_kind;
    QLabel *m_icon;
    TextLabel *m_headline, *m_text;
    QPushButton *m_action;
};

}  // namespace dank::ui
