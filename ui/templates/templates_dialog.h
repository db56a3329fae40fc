#pragma once

#include <QDialog>

#include "ui/session/session.h"
#include "ui/templates/template_finder.h"

class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace dank::ui {

class TextLabel;

/// "Templates": the memes of the open dataset that share a picture under other words, the largest group first; how
/// well they did, the group's memes, and a name for it, by which the library knows it from then on.
class TemplatesDialog : public QDialog {
    Q_OBJECT
public:
    explicit TemplatesDialog(Session &session, QWidget *parent = nullptr);

private:
    QWidget *makeMembers();
    void showState();
    void showGroups();
    void showGroup();
    QString figures(const TemplateGroup &group) const;
    void showWhetherNamed();
    void name();
    const TemplateGroup *current() const;

    Session &m_session;
    const std::shared_ptr<const Dataset> m_dataset;
    TemplateFinder m_finder;
    std::shared_ptr<const FoundTemplates> m_shown;
    TextLabel *m_status, *m_threshold, *m_facts = nullptr, *m_error = nullptr;
    QProgressBar *m_bar;
    QWidget *m_body = nullptr;
    QListWidget *m_groups, *m_members = nullptr;
    QLineEdit *m_name = nullptr;
    QPushButton *m_set = nullptr;
};

}  // namespace dank::ui
